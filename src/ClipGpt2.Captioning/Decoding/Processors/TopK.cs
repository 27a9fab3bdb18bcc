using System.Numerics;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Keeps the k best tokens, and those that equal the last of them (<c>TopKLogitsWarper</c>).</summary>
internal sealed class TopK(int count, int keep) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var least = BestTokens.Least(scores, Math.Max(count, keep));
        var (limit, forbidden) = (new Vector<float>(least), new Vector<float>(float.NegativeInfinity));
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        foreach (ref var vector in vectors)
        {
            vector = Vector.ConditionalSelect(Vector.LessThan(vector, limit), forbidden, vector);
        }

        foreach (ref var score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            score = score < least ? float.NegativeInfinity : score;
        }
    }
}
