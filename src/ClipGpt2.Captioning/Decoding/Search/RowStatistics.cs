using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>What turns one row of scores into probabilities: its maximum, and the logarithm of the sum of exponentials above it.</summary>
internal readonly record struct RowStatistics(float Max, float LogSum)
{
    /// <summary>For scores that are final: subtracting zeros leaves them as they are.</summary>
    public static readonly RowStatistics None = new(0, 0);

    public static RowStatistics Of(ReadOnlySpan<float> scores)
    {
        var max = TensorPrimitives.Max(scores);
        return new RowStatistics(max, (float)Math.Log(SumOfExponentials(scores, max)));
    }

    /// <summary>Whether a row has probabilities: with NaN or infinity in it, or with nothing that is allowed, it has none.</summary>
    public bool IsFinite => float.IsFinite(Max) && float.IsFinite(LogSum);

    /// <summary>In the order of operations of torch's log_softmax: subtracting the two parts together would lose digits of small scores.</summary>
    public float LogProbability(float score) => score - Max - LogSum;

    public float Probability(float score) => MathF.Exp(LogProbability(score));

    public void LogSoftmax(ReadOnlySpan<float> scores, Span<float> logProbabilities)
    {
        TensorPrimitives.Subtract(scores, Max, logProbabilities);
        TensorPrimitives.Subtract(logProbabilities, LogSum, logProbabilities);
    }

    /// <summary>In nats.</summary>
    public double Entropy(ReadOnlySpan<float> scores)
    {
        var entropy = 0.0;
        for (var token = AllowedTokens.Next(scores, 0); token < scores.Length; token = AllowedTokens.Next(scores, token + 1))
        {
            var logProbability = LogProbability(scores[token]);
            if (!float.IsNegativeInfinity(logProbability))
            {
                entropy -= Math.Exp(logProbability) * logProbability;
            }
        }

        return entropy;
    }

    /// <summary>One pass without a temporary array: over a vocabulary this is what a search spends most of its time on.</summary>
    private static double SumOfExponentials(ReadOnlySpan<float> scores, float max)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(scores);
        var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var shift = Vector512.Create(max);
        var i = 0;
        for (; i + 2 <= vectors.Length; i += 2)
        {
            first += Exponential(vectors[i] - shift);
            second += Exponential(vectors[i + 1] - shift);
        }

        double sum = Vector512.Sum(first + second);
        foreach (var score in scores[(i * Vector512<float>.Count)..])
        {
            sum += MathF.Exp(score - max);
        }

        return sum;
    }

    /// <summary>e^x for x up to 0, in single precision, within two units in the last place; what is below e^-87 counts as that.</summary>
    /// <remarks>
    /// e^x = 2^n e^r, with the polynomial of Cephes's <c>expf</c> for e^r. Four times as fast as <see cref="Vector512.Exp(Vector512{float})"/>,
    /// which computes in double precision.
    /// </remarks>
    private static Vector512<float> Exponential(Vector512<float> x)
    {
        x = Vector512.Max(x, Vector512.Create(-87f));
        var n = Vector512.Round(x * 1.44269504f);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        var powerOfTwo = Vector512.ShiftLeft(Vector512.ConvertToInt32Native(n) + Vector512.Create(127), 23);
        return p * powerOfTwo.AsSingle();
    }
}
