
namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Keeps the best tokens whose probabilities reach p together (<c>TopPLogitsWarper</c>).</summary>
/// <remarks>As the reference does, it adds from the worst token up and removes while the sum is at most 1 - p.</remarks>
internal sealed class TopP(double mass, int keep) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        using var sorted = SortedScores.Ascending(scores, scores);
        var limit = (float)(1 - mass);
        var sum = 0.0;
        for (var i = 0; i < sorted.Count - keep; i++)
        {
            sum += sorted.Probability(i);
            if ((float)sum <= limit)
            {
                scores[sorted.Token(i)] = float.NegativeInfinity;
            }
        }
    }
}
