using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>What a decoding step computes between its products, on rows of float32 in plain memory.</summary>
internal static unsafe class RowKernels
{
    private static readonly int Lanes = Vector512<float>.Count;

    /// <summary>Layer normalisation of one row of <paramref name="size"/> values.</summary>
    public static void LayerNorm(float* x, float* weight, float* bias, float epsilon, int size, float* y)
    {
        var mean = Sum(x, size) / size;
        var scale = 1 / MathF.Sqrt((SumOfSquares(x, mean, size) / size) + epsilon);
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            var normal = (Vector512.Load(x + i) - Vector512.Create(mean)) * Vector512.Create(scale);
            Vector512.FusedMultiplyAdd(normal, Vector512.Load(weight + i), Vector512.Load(bias + i)).Store(y + i);
        }

        for (; i < size; i++)
        {
            y[i] = ((x[i] - mean) * scale * weight[i]) + bias[i];
        }
    }

    /// <summary>x · y.</summary>
    public static float Dot(float* x, float* y, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sums = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sums);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>Replaces scores by their exponentials relative to the largest, and returns the exponentials' sum.</summary>
    /// <remarks>The memory after the scores, up to a multiple of 16, is overwritten.</remarks>
    public static float Exponentials(float* scores, int count)
    {
        var padded = (count + Lanes - 1) / Lanes * Lanes;
        new Span<float>(scores + count, padded - count).Fill(float.NegativeInfinity);
        var most = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < padded; i += Lanes)
        {
            most = Vector512.Max(most, Vector512.Load(scores + i));
        }

        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes; lane++)
        {
            largest = MathF.Max(largest, most[lane]);
        }

        var sums = Vector512<float>.Zero;
        for (var i = 0; i < padded; i += Lanes)
        {
            var exponential = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(largest));
            exponential.Store(scores + i);
            sums += exponential;
        }

        return Vector512.Sum(sums);
    }

    private static float Sum(float* x, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sums += Vector512.Load(x + i);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    private static float SumOfSquares(float* x, float mean, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            var difference = Vector512.Load(x + i) - Vector512.Create(mean);
            sums = Vector512.FusedMultiplyAdd(difference, difference, sums);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }

        return sum;
    }
}
