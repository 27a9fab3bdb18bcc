using ClipGpt2.Captioning.Metrics.Comparison;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>What the metrics of an evaluator found.</summary>
public sealed class EvaluationResult
{
    /// <summary>Creates a result.</summary>
    /// <param name="corpus">What was scored.</param>
    /// <param name="metrics">What each metric found.</param>
    /// <exception cref="CaptioningException">A score lacks figures for some images, or two scores have the same key.</exception>
    public EvaluationResult(CaptionCorpus corpus, IReadOnlyList<MetricResult> metrics)
    {
        (Corpus, Metrics) = (corpus, metrics);
        Scores = [.. metrics.SelectMany(m => m.Scores)];
        foreach (var score in Scores.Where(s => s.PerImage.Count != corpus.Images.Count))
        {
            throw new CaptioningException($"Score '{score.Key}' has {score.PerImage.Count} figures for {corpus.Images.Count} images; a metric gives one for each, in their order.");
        }

        if (Scores.GroupBy(s => s.Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new CaptioningException($"Two metrics have a score '{twice.Key}'; give one of them another key.");
        }
    }

    /// <summary>What was scored.</summary>
    public CaptionCorpus Corpus { get; }

    /// <summary>What each metric found.</summary>
    public IReadOnlyList<MetricResult> Metrics { get; }

    /// <summary>All scores of all metrics.</summary>
    public IReadOnlyList<MetricScore> Scores { get; }

    /// <summary>The score with a key, as <c>cider</c>.</summary>
    /// <param name="key">A <see cref="MetricScore.Key"/>.</param>
    /// <exception cref="CaptioningException">There is no such score.</exception>
    public MetricScore this[string key] => Scores.FirstOrDefault(s => s.Key == key)
        ?? throw new CaptioningException($"There is no score '{key}'; there are {string.Join(", ", Scores.Select(s => $"'{s.Key}'"))}.");

    /// <summary>The interval in which a score would lie with other images of the same kind.</summary>
    /// <param name="key">A <see cref="MetricScore.Key"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CaptioningException">There is no such score, or the options are wrong.</exception>
    public ConfidenceInterval Interval(string key, BootstrapOptions? options = null) => Bootstrap.Interval(this[key], options);
}
