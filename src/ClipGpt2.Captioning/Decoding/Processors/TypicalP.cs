using System.Buffers;
using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Keeps the tokens whose surprise is nearest to the expected one, until their probabilities reach a mass (<c>TypicalLogitsWarper</c>).
/// </summary>
internal sealed class TypicalP(double mass, int keep) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var statistics = RowStatistics.Of(scores);
        var entropy = (float)statistics.Entropy(scores);
        var rented = ArrayPool<float>.Shared.Rent(scores.Length);
        var distances = rented.AsSpan(0, scores.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            distances[i] = Math.Abs(-statistics.LogProbability(scores[i]) - entropy);
        }

        using var sorted = SortedScores.Ascending(distances, scores);
        var last = Math.Max(LastKept(sorted), 0);
        var limit = sorted.Count > 0 ? distances[sorted.Token(last)] : 0;
        for (var i = keep; i < sorted.Count; i++)
        {
            if (distances[sorted.Token(i)] > limit)
            {
                scores[sorted.Token(i)] = float.NegativeInfinity;
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>The first place where the mass is reached.</summary>
    private int LastKept(SortedScores sorted)
    {
        var sum = 0.0;
        for (var i = 0; i < sorted.Count; i++)
        {
            sum += sorted.Probability(i);
            if ((float)sum >= (float)mass)
            {
                return i;
            }
        }

        return sorted.Count - 1;
    }
}
