namespace ClipGpt2.Captioning.Metrics;

/// <summary>What a metric found.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Scores">Its scores: one, or several as BLEU-1 to BLEU-4.</param>
public sealed record MetricResult(string Name, IReadOnlyList<MetricScore> Scores)
{
    /// <summary>Further figures about the whole corpus, by name.</summary>
    public IReadOnlyDictionary<string, double> Details { get; init; } = new Dictionary<string, double>();

    /// <summary>The score with a key.</summary>
    /// <param name="key">A <see cref="MetricScore.Key"/>, as <c>bleu_4</c>.</param>
    /// <exception cref="CaptioningException">The metric has no such score.</exception>
    public MetricScore this[string key] => Scores.FirstOrDefault(s => s.Key == key)
        ?? throw new CaptioningException($"{Name} has no score '{key}'; it has {string.Join(", ", Scores.Select(s => $"'{s.Key}'"))}.");
}
