using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>What is computed between products, on rows of float32 in plain memory.</summary>
internal static unsafe class RowKernels
{
    /// <summary>Layer normalisation of one row of <paramref name="size"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* x, float* weight, float* bias, float epsilon, int size, float* y)
    {
        var mean = Sum(x, size) / size;
        var scale = 1 / MathF.Sqrt((SumOfSquares(x, mean, size) / size) + epsilon);
        var i = 0;
        for (; i <= size - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var normal = (Vector256.Load(x + i) - Vector256.Create(mean)) * scale;
            Vector256.FusedMultiplyAdd(normal, Vector256.Load(weight + i), Vector256.Load(bias + i)).Store(y + i);
        }

        for (; i < size; i++)
        {
            y[i] = ((x[i] - mean) * scale * weight[i]) + bias[i];
        }
    }

    /// <summary>x · y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* x, float* y, int size)
    {
        var i = 0;
        float sum;
        if (Vector512.IsHardwareAccelerated)
        {
            var sums = Vector512<float>.Zero;
            for (; i <= size - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                sums = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sums);
            }

            sum = Vector512.Sum(sums);
        }
        else
        {
            var sums = Vector256<float>.Zero;
            for (; i <= size - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                sums = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), sums);
            }

            sum = Vector256.Sum(sums);
        }

        for (; i < size; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>y += factor * x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(float* x, float factor, float* y, int size)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= size - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Create(factor), Vector512.Load(y + i)).Store(y + i);
            }
        }

        for (; i <= size - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Create(factor), Vector256.Load(y + i)).Store(y + i);
        }

        for (; i < size; i++)
        {
            y[i] += factor * x[i];
        }
    }

    /// <summary>Softmax in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax(float* scores, int count)
    {
        var largest = SoftmaxKernels.Largest(scores, count);
        float sum;
        var i = 0;
        var sums = Vector256<float>.Zero;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var exponential = Exponential.Of(Vector256.Load(scores + i) - Vector256.Create(largest));
            exponential.Store(scores + i);
            sums += exponential;
        }

        for (sum = Vector256.Sum(sums); i < count; i++)
        {
            scores[i] = Exponential.Of(Vector256.Create(scores[i] - largest))[0];
            sum += scores[i];
        }

        Scale(scores, 1 / sum, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* x, float factor, int count)
    {
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(x + i) * factor).Store(x + i);
        }

        for (; i < count; i++)
        {
            x[i] *= factor;
        }
    }

    /// <summary>Two sums side by side, so that neither waits for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* x, int size)
    {
        var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i <= size - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            first += Vector256.Load(x + i);
            second += Vector256.Load(x + i + Vector256<float>.Count);
        }

        var sum = Vector256.Sum(first + second);
        for (; i < size; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfSquares(float* x, float mean, int size)
    {
        var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i <= size - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            var (low, high) = (Vector256.Load(x + i) - Vector256.Create(mean), Vector256.Load(x + i + Vector256<float>.Count) - Vector256.Create(mean));
            first = Vector256.FusedMultiplyAdd(low, low, first);
            second = Vector256.FusedMultiplyAdd(high, high, second);
        }

        var sum = Vector256.Sum(first + second);
        for (; i < size; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }

        return sum;
    }
}
