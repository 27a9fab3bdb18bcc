using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Keeps the k best tokens, and those that equal the last of them (<c>TopKLogitsWarper</c>).</summary>
internal sealed class TopK(int count, int keep) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var least = BestTokens.Least(scores, Math.Max(count, keep));
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] < least)
            {
                scores[i] = float.NegativeInfinity;
            }
        }
    }
}
