using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The cross-entropy of rows of scores against labels, and its gradient while the row is still in the cache.</summary>
/// <remarks>
/// In libtorch's operators each row would pass through memory some ten times, in half a dozen fresh tensors of the scores' size: log-softmax, its
/// gradient, and what narrower scores are converted to.
/// </remarks>
internal unsafe struct CrossEntropyTask : IKernelTask
{
    // So many numbers are summed in float32 before their sum is taken in float64: a vocabulary's would lose four digits.
    private const int Block = 1024;

    /// <summary>The scores [rows, classes], float32 or bfloat16.</summary>
    public void* Logits;

    /// <summary>The gradients [rows, classes], of the scores' type; may be the scores themselves; null for none.</summary>
    public void* Gradients;

    /// <summary>The classes [rows] that are right.</summary>
    public long* Labels;

    /// <summary>What each row's loss is multiplied by, and its gradient with it [rows]; null for 1.</summary>
    public double* Weights;

    /// <summary>The losses [rows].</summary>
    public double* Losses;

    public int Classes;
    public long Rows;
    public bool IsBFloat16;

    /// <summary>The share of each label that is spread over all classes.</summary>
    public double Smoothing;

    /// <summary>What gradients are multiplied by.</summary>
    public double Scale;

    public readonly long Units => Rows;

    public readonly void Run(long begin, long end)
    {
        // Narrow scores are widened into the first, and the gradients of all made in the second.
        var wide = IsBFloat16 ? (float*)NativeMemory.Alloc((nuint)Classes, sizeof(float)) : null;
        var made = wide is not null || Gradients is null ? wide : null;
        for (var row = begin; row < end; row++)
        {
            var offset = row * Classes;
            if (wide is not null)
            {
                BFloat16Conversion.Widen((ushort*)Logits + offset, wide, Classes);
            }

            var logits = wide is null ? (float*)Logits + offset : wide;
            var gradient = Gradients is null ? null : made is null ? (float*)Gradients + offset : made;
            var weight = Weights is null ? 1 : Weights[row];
            Losses[row] = weight * Row(logits, gradient, (int)Labels[row], weight * Scale);
            if (wide is not null && Gradients is not null)
            {
                BFloat16Conversion.Narrow(gradient, (ushort*)Gradients + offset, Classes);
            }
        }

        NativeMemory.Free(wide);
    }

    private readonly double Row(float* logits, float* gradient, int label, double scale)
    {
        var right = logits[label];
        var largest = Largest(logits, Classes);
        var mean = Smoothing > 0 ? Mean(logits, Classes, largest) : 0;
        var sum = Exponentials(logits, gradient, Classes, largest);
        var logSum = largest + Math.Log(sum);
        if (gradient is not null)
        {
            Finish(gradient, Classes, (float)(scale / sum), (float)(scale * Smoothing / Classes));
            gradient[label] -= (float)(scale * (1 - Smoothing));
        }

        var spread = Smoothing > 0 ? Smoothing * (logSum - mean) : 0;
        return ((1 - Smoothing) * (logSum - right)) + spread;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* x, int count)
    {
        var most = Vector512.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            most = Vector512.Max(most, Vector512.Load(x + i));
        }

        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
        {
            largest = MathF.Max(largest, most[lane]);
        }

        for (; i < count; i++)
        {
            largest = MathF.Max(largest, x[i]);
        }

        return largest;
    }

    /// <summary>The mean of the scores, summed as distances from the largest: these are small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Mean(float* x, int count, float largest)
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
    private static double Exponentials(float* x, float* y, int count, float largest)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* y, int count, float factor, float uniform)
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
