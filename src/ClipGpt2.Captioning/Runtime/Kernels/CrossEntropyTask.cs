using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The cross-entropy of rows of scores against labels, and its gradient while the row is still in the cache.</summary>
/// <remarks>
/// In libtorch's operators each row would pass through memory some ten times, in half a dozen fresh tensors of the scores' size: log-softmax, its
/// gradient, and what narrower scores are converted to.
/// </remarks>
internal unsafe struct CrossEntropyTask : IKernelTask
{
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
        // Narrow scores are widened here, and their gradients made here before they are narrowed.
        var wide = IsBFloat16 ? (float*)NativeMemory.Alloc((nuint)Classes, sizeof(float)) : null;
        for (var row = begin; row < end; row++)
        {
            var offset = row * Classes;
            if (wide is not null)
            {
                BFloat16Conversion.Widen((ushort*)Logits + offset, wide, Classes);
            }

            var logits = wide is null ? (float*)Logits + offset : wide;
            var gradient = Gradients is null ? null : wide is null ? (float*)Gradients + offset : wide;
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
        var largest = SoftmaxKernels.Largest(logits, Classes);
        var mean = Smoothing > 0 ? SoftmaxKernels.Mean(logits, Classes, largest) : 0;
        var sum = SoftmaxKernels.Exponentials(logits, gradient, Classes, largest);
        var logSum = largest + Math.Log(sum);
        if (gradient is not null)
        {
            SoftmaxKernels.Finish(gradient, Classes, (float)(scale / sum), (float)(scale * Smoothing / Classes));
            gradient[label] -= (float)(scale * (1 - Smoothing));
        }

        var spread = Smoothing > 0 ? Smoothing * (logSum - mean) : 0;
        return ((1 - Smoothing) * (logSum - right)) + spread;
    }
}
