namespace ClipGpt2.Captioning.Metrics.Diversity;

/// <summary>How varied and how long captions are.</summary>
/// <param name="Captions">The number of captions.</param>
/// <param name="Tokens">The number of their words.</param>
/// <param name="Vocabulary">The number of different words.</param>
/// <param name="MeanLength">Words of a caption in the mean.</param>
/// <param name="StandardDeviation">The standard deviation of that (of the population).</param>
/// <param name="MinimumLength">Words of the shortest caption.</param>
/// <param name="MaximumLength">Words of the longest caption.</param>
/// <param name="Distinct1">The share of different words among all words.</param>
/// <param name="Distinct2">The share of different bigrams among all bigrams.</param>
/// <param name="DistinctCaptions">The share of different captions among all captions.</param>
/// <param name="Novel">The percentage of captions that the training captions don't have as they are.</param>
public sealed record CaptionStatistics(
    int Captions,
    int Tokens,
    int Vocabulary,
    double MeanLength,
    double StandardDeviation,
    int MinimumLength,
    int MaximumLength,
    double Distinct1,
    double Distinct2,
    double DistinctCaptions,
    double Novel)
{
    /// <summary>Counts captions.</summary>
    /// <param name="captions">Tokenized captions: words with blanks between.</param>
    /// <param name="trainingCaptions">The tokenized captions that the model was trained on; null if there are none.</param>
    /// <exception cref="CaptioningException">There is no caption.</exception>
    public static CaptionStatistics Of(IReadOnlyList<string> captions, IReadOnlyCollection<string>? trainingCaptions = null)
    {
        if (captions.Count == 0)
        {
            throw new CaptioningException("There are no captions to count.");
        }

        var words = WordCounts.Of(captions);
        var lengths = words.Lengths;
        var mean = lengths.Average();
        var known = (trainingCaptions ?? []).ToHashSet(StringComparer.Ordinal);
        return new CaptionStatistics(
            captions.Count,
            words.Count(1),
            words.Distinct(1),
            mean,
            Math.Sqrt(lengths.Sum(l => (l - mean) * (l - mean)) / lengths.Length),
            lengths.Min(),
            lengths.Max(),
            Share(words.Distinct(1), words.Count(1)),
            Share(words.Distinct(2), words.Count(2)),
            Share(captions.Distinct(StringComparer.Ordinal).Count(), captions.Count),
            100.0 * captions.Count(c => !known.Contains(c)) / captions.Count);
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
