using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Keeps tokens of a least probability (<c>EpsilonLogitsWarper</c>), which may shrink where the distribution is even (<c>EtaLogitsWarper</c>).
/// </summary>
internal sealed class ProbabilityCutoff(double epsilon, int keep, bool adaptive = false) : ILogitsProcessor
{
    public bool IsAdaptive => adaptive;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        var statistics = RowStatistics.Of(scores);
        var cutoff = adaptive ? Math.Min((float)epsilon, MathF.Sqrt((float)epsilon) * MathF.Exp(-(float)statistics.Entropy(scores))) : (float)epsilon;
        var least = BestTokens.Least(scores, keep);
        foreach (ref var score in scores)
        {
            if (statistics.Probability(score) < cutoff && score < least)
            {
                score = float.NegativeInfinity;
            }
        }
    }
}
