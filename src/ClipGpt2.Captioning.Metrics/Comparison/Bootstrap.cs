namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>Draws corpora of the same size from a corpus's images, with repetitions (Efron's bootstrap; Koehn, 2004, for paired comparison).</summary>
internal static class Bootstrap
{
    public static ConfidenceInterval Interval(MetricScore score, BootstrapOptions? options)
    {
        options ??= new BootstrapOptions();
        return Interval(Draw(score.PerImage.Count, score.Aggregate, options), options);
    }

    /// <summary>What a figure becomes with each drawn corpus, ascending.</summary>
    public static double[] Draw(int images, Func<IReadOnlyList<int>, double> figure, BootstrapOptions options)
    {
        options.Validate();
        var figures = new double[options.Samples];
        Parallel.For(0, figures.Length, () => new int[images], (sample, _, drawn) =>
        {
            // Each sample has a generator of its own, so that the figures don't depend on how threads share the work.
            var random = new Random(unchecked((options.Seed * 1_000_003) + sample));
            for (var i = 0; i < drawn.Length; i++)
            {
                drawn[i] = random.Next(images);
            }

            figures[sample] = figure(drawn);
            return drawn;
        }, _ => { });
        Array.Sort(figures);
        return figures;
    }

    public static ConfidenceInterval Interval(double[] ascending, BootstrapOptions options)
    {
        var outside = (1 - options.Level) / 2;
        return new ConfidenceInterval(Quantile(ascending, outside), Quantile(ascending, 1 - outside));
    }

    private static double Quantile(double[] ascending, double share)
    {
        var place = share * (ascending.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((place - below) * (ascending[above] - ascending[below]));
    }
}
