namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>Tells whether one set of candidates is better than another for the same images.</summary>
public static class CaptionComparison
{
    /// <summary>Compares the scores that two results have in common, by the paired bootstrap.</summary>
    /// <param name="first">The first set's scores.</param>
    /// <param name="second">The second set's.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>One comparison for each score, in the first result's order.</returns>
    /// <exception cref="CaptioningException">The results are of different images, or have no score in common; or the options are wrong.</exception>
    public static IReadOnlyList<ScoreComparison> Compare(EvaluationResult first, EvaluationResult second, BootstrapOptions? options = null)
    {
        options ??= new BootstrapOptions();
        var partners = Partners(first.Corpus, second.Corpus);
        var common = first.Scores.Where(s => second.Scores.Any(o => o.Key == s.Key)).ToList();
        if (common.Count == 0)
        {
            throw new CaptioningException("The two results have no score in common; evaluate both with the same metrics.");
        }

        return [.. common.Select(score => Compare(score, second[score.Key], partners, options))];
    }

    private static ScoreComparison Compare(MetricScore first, MetricScore second, int[] partners, BootstrapOptions options)
    {
        var differences = Bootstrap.Draw(
            partners.Length, images => second.Aggregate(images.Select(i => partners[i]).ToArray()) - first.Aggregate(images), options);
        var notGreater = differences.Count(d => d <= 0) / (double)differences.Length;
        var notSmaller = differences.Count(d => d >= 0) / (double)differences.Length;
        var pValue = Math.Clamp(2 * Math.Min(notGreater, notSmaller), 1.0 / differences.Length, 1);
        return new ScoreComparison(first.Key, first.Corpus, second.Corpus, Bootstrap.Interval(differences, options), pValue);
    }

    /// <summary>For each image of the first corpus its place in the second.</summary>
    private static int[] Partners(CaptionCorpus first, CaptionCorpus second)
    {
        var places = second.Images.Select((image, i) => (image.Id, i)).ToDictionary(p => p.Id, p => p.i);
        var missing = first.Images.Where(image => !places.ContainsKey(image.Id)).Select(image => image.Id).ToList();
        if (missing.Count > 0 || first.Images.Count != second.Images.Count)
        {
            throw new CaptioningException(
                $"The two results are of different images: {first.Images.Count} and {second.Images.Count}"
                + (missing.Count > 0 ? $", and the second lacks '{missing[0]}'." : "."));
        }

        return [.. first.Images.Select(image => places[image.Id])];
    }
}
