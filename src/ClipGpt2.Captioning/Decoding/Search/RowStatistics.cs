using System.Numerics;
using System.Numerics.Tensors;

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
        foreach (var score in scores)
        {
            var logProbability = LogProbability(score);
            if (!float.IsNegativeInfinity(logProbability))
            {
                entropy -= Math.Exp(logProbability) * logProbability;
            }
        }

        return entropy;
    }

    /// <summary>One pass without a temporary array: over a vocabulary the array would cost more than the exponentials.</summary>
    private static double SumOfExponentials(ReadOnlySpan<float> scores, float max)
    {
        var width = Vector<float>.Count;
        var (first, second) = (Vector<float>.Zero, Vector<float>.Zero);
        var shift = new Vector<float>(max);
        var i = 0;
        for (; i + (2 * width) <= scores.Length; i += 2 * width)
        {
            first += Vector.Exp(new Vector<float>(scores[i..]) - shift);
            second += Vector.Exp(new Vector<float>(scores[(i + width)..]) - shift);
        }

        double sum = Vector.Sum(first + second);
        for (; i < scores.Length; i++)
        {
            sum += MathF.Exp(scores[i] - max);
        }

        return sum;
    }
}
