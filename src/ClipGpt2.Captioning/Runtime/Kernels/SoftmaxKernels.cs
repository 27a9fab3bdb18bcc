using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The parts of a softmax over one row of scores in plain memory.</summary>
internal static unsafe class SoftmaxKernels
{
    // So many numbers are summed in float32 before their sum is taken in float64: a vocabulary's would lose four digits.
    private const int Block = 1024;

    /// <summary>The largest of some scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest(float* x, int count)
    {
        var largest = float.NegativeInfinity;
        var i = 0;
        if (count >= Vector256<float>.Count)
        {
            var most = Vector256.Load(x);
            for (i = Vector256<float>.Count; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                most = Vector256.Max(most, Vector256.Load(x + i));
            }

            for (var lane = 0; lane < Vector256<float>.Count; lane++)
            {
                largest = MathF.Max(largest, most[lane]);
            }
        }

        for (; i < count; i++)
        {
            largest = MathF.Max(largest, x[i]);
        }

        return largest;
    }

    /// <summary>The mean of the scores, summed as distances from the largest: these are small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Mean(float* x, int count, float largest)
    {
        var (sum, shift) = (0.0, Vector512.Create(largest));
        var i = 0;
        while (i <= count - Vector512<float>.Count)
        {
            var sums = Vector512<float>.Zero;
            for (var end = Math.Min(i + Block, count); i <= end - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                sums += Vector512.Load(x + i) - shift;
            }

            sum += Total(sums);
        }

        for (; i < count; i++)
        {
            sum += x[i] - largest;
        }

        return largest + (sum / count);
    }

    /// <summary>Writes exp(x - largest), unless there is nowhere to, and returns the sum of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exponentials(float* x, float* y, int count, float largest)
    {
        var (sum, shift) = (0.0, Vector512.Create(largest));
        var i = 0;
        while (i <= count - Vector512<float>.Count)
        {
            var sums = Vector512<float>.Zero;
            for (var end = Math.Min(i + Block, count); i <= end - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var value = Vector512.Exp(Vector512.Load(x + i) - shift);
                sums += value;
                if (y is not null)
                {
                    value.Store(y + i);
                }
            }

            sum += Total(sums);
        }

        for (; i < count; i++)
        {
            var value = Vector512.Exp(Vector512.Create(x[i] - largest))[0];
            sum += value;
            if (y is not null)
            {
                y[i] = value;
            }
        }

        return sum;
    }

    /// <summary>Multiplies exponentials by a factor and takes a number off each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(float* y, int count, float factor, float uniform)
    {
        var (factors, uniforms) = (Vector512.Create(factor), Vector512.Create(uniform));
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            ((Vector512.Load(y + i) * factors) - uniforms).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = (y[i] * factor) - uniform;
        }
    }

    private static double Total(Vector512<float> sums)
    {
        var total = 0.0;
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
        {
            total += sums[lane];
        }

        return total;
    }
}
