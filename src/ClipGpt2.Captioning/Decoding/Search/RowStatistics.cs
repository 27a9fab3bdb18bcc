using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

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
        var (sum, done) = Vector512.IsHardwareAccelerated ? SumOfSixteens(scores, max) : SumOfEights(scores, max);
        foreach (var score in scores[done..])
        {
            sum += MathF.Exp(score - max);
        }

        return sum;
    }

    private static (double Sum, int Done) SumOfSixteens(ReadOnlySpan<float> scores, float max)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(scores);
        var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var shift = Vector512.Create(max);
        var i = 0;
        for (; i + 2 <= vectors.Length; i += 2)
        {
            first += Exponential.Of(vectors[i] - shift);
            second += Exponential.Of(vectors[i + 1] - shift);
        }

        return (Vector512.Sum(first + second), i * Vector512<float>.Count);
    }

    private static (double Sum, int Done) SumOfEights(ReadOnlySpan<float> scores, float max)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(scores);
        var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var shift = Vector256.Create(max);
        var i = 0;
        for (; i + 2 <= vectors.Length; i += 2)
        {
            first += Exponential.Of(vectors[i] - shift);
            second += Exponential.Of(vectors[i + 1] - shift);
        }

        return (Vector256.Sum(first + second), i * Vector256<float>.Count);
    }
}
