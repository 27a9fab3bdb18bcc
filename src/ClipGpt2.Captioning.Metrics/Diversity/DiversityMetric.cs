namespace ClipGpt2.Captioning.Metrics.Diversity;

/// <summary>The length of candidates, and beside it how varied and how novel they are.</summary>
/// <remarks>
/// Keys: <c>length</c>, words of a candidate; with training captions also <c>novel</c>, 100 for a candidate that is none of them. Details:
/// <c>vocabulary</c>, <c>distinct_1</c>, <c>distinct_2</c>, <c>distinct_captions</c>, <c>std_length</c>.
/// </remarks>
/// <param name="trainingCaptions">The captions that the model was trained on, not tokenized; null if novelty doesn't matter.</param>
public sealed class DiversityMetric(IReadOnlyList<string>? trainingCaptions = null) : ICaptionMetric
{
    /// <inheritdoc/>
    public string Name => "Diversity";

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var candidates = Enumerable.Range(0, corpus.Images.Count).Select(corpus.TokenizedCandidate).ToList();
        var known = trainingCaptions is { Count: > 0 } ? Tokenized(trainingCaptions, corpus.Tokenization) : [];
        token.ThrowIfCancellationRequested();
        var statistics = CaptionStatistics.Of(candidates, known);
        var scores = new List<MetricScore> { new("length", statistics.MeanLength, [.. WordCounts.Of(candidates).Lengths.Select(l => (double)l)]) };
        if (trainingCaptions is not null)
        {
            scores.Add(new MetricScore("novel", statistics.Novel, [.. candidates.Select(c => known.Contains(c) ? 0.0 : 100)]));
        }

        return new MetricResult(Name, scores)
        {
            Details = new Dictionary<string, double>
            {
                ["vocabulary"] = statistics.Vocabulary, ["distinct_1"] = statistics.Distinct1, ["distinct_2"] = statistics.Distinct2,
                ["distinct_captions"] = statistics.DistinctCaptions, ["std_length"] = statistics.StandardDeviation,
            },
        };
    }

    /// <summary>Captions as a corpus's candidates are tokenized.</summary>
    private static HashSet<string> Tokenized(IReadOnlyList<string> captions, CaptionTokenization tokenization)
    {
        var corpus = new CaptionCorpus([.. captions.Select((c, i) => new CaptionedImage($"{i}", c, [""]))], tokenization);
        return [.. Enumerable.Range(0, captions.Count).Select(corpus.TokenizedCandidate)];
    }
}
