using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Keeps tokens with at least a fraction of the best one's probability (<c>MinPLogitsWarper</c>).</summary>
internal sealed class MinP(double fraction, int keep) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var statistics = RowStatistics.Of(scores);
        var least = (float)fraction * statistics.Probability(statistics.Max);
        var best = BestTokens.Of(scores, keep);
        for (var i = 0; i < scores.Length; i++)
        {
            if (statistics.Probability(scores[i]) < least && !best.Contains(i))
            {
                scores[i] = float.NegativeInfinity;
            }
        }
    }
}
