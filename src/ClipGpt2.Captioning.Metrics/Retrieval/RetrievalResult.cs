namespace ClipGpt2.Captioning.Metrics.Retrieval;

/// <summary>How well each item's partner is found among all candidates.</summary>
/// <remarks>A partner's rank is one more than the number of candidates with a strictly greater similarity.</remarks>
public sealed class RetrievalResult
{
    private RetrievalResult(int[] ranks)
    {
        Ranks = ranks;
        MeanRank = ranks.Average();
        MeanReciprocalRank = ranks.Average(rank => 1.0 / rank);
        var ascending = ranks.Order().ToArray();
        MedianRank = (ascending[(ascending.Length - 1) / 2] + ascending[ascending.Length / 2]) / 2.0;
    }

    /// <summary>Each item's rank, from 1.</summary>
    public IReadOnlyList<int> Ranks { get; }

    /// <summary>The median rank; of an even number of items the mean of the middle two.</summary>
    public double MedianRank { get; }

    /// <summary>The mean rank.</summary>
    public double MeanRank { get; }

    /// <summary>The mean of one over the rank.</summary>
    public double MeanReciprocalRank { get; }

    /// <summary>Finds texts by images: each row of the matrix is searched for its diagonal element.</summary>
    /// <param name="similarities">The similarities <c>[N, N]</c>, rows images, columns texts, partners on the diagonal.</param>
    /// <param name="count">N, at least 1.</param>
    /// <exception cref="CaptioningException">The matrix isn't square of that size.</exception>
    public static RetrievalResult ImageToText(ReadOnlySpan<float> similarities, int count) => Of(similarities, count, stepToItem: count, stepToCandidate: 1);

    /// <summary>Finds images by texts: each column of the matrix is searched for its diagonal element.</summary>
    /// <param name="similarities">The similarities <c>[N, N]</c>, rows images, columns texts, partners on the diagonal.</param>
    /// <param name="count">N, at least 1.</param>
    /// <exception cref="CaptioningException">The matrix isn't square of that size.</exception>
    public static RetrievalResult TextToImage(ReadOnlySpan<float> similarities, int count) => Of(similarities, count, stepToItem: 1, stepToCandidate: count);

    /// <summary>R@k: the percentage of items whose partner is among the first k.</summary>
    /// <param name="k">How many are looked at, as 1, 5 or 10.</param>
    public double RecallAt(int k) => 100.0 * Ranks.Count(rank => rank <= k) / Ranks.Count;

    private static RetrievalResult Of(ReadOnlySpan<float> similarities, int count, int stepToItem, int stepToCandidate)
    {
        if (count < 1 || similarities.Length != (long)count * count)
        {
            throw new CaptioningException($"Retrieval needs a square matrix of similarities: {count} times {count} values, not {similarities.Length}.");
        }

        var ranks = new int[count];
        for (var item = 0; item < count; item++)
        {
            var partner = similarities[(item * stepToItem) + (item * stepToCandidate)];
            ranks[item] = 1;
            for (var candidate = 0; candidate < count; candidate++)
            {
                ranks[item] += similarities[(item * stepToItem) + (candidate * stepToCandidate)] > partner ? 1 : 0;
            }
        }

        return new RetrievalResult(ranks);
    }
}
