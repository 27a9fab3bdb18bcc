using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>A step of Adam over plain memory: weight, gradient and moments are each read and written once.</summary>
internal unsafe struct AdamTask : IKernelTask
{
    public float* Weight;
    public float* Gradient;
    public float* Mean;
    public float* Square;
    public float* LargestSquare; // null without AMSGrad
    public long Elements;
    public AdamStep Step;

    public readonly long Units => Elements;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var numbers = new Numbers(Step);
        var i = begin;
        for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var (mean, square) = (Vector256.Load(Mean + i), Vector256.Load(Square + i));
            var largest = LargestSquare is null ? default : Vector256.Load(LargestSquare + i);
            Update(numbers, Vector256.Load(Weight + i), Vector256.Load(Gradient + i), ref mean, ref square, ref largest).Store(Weight + i);
            mean.Store(Mean + i);
            square.Store(Square + i);
            if (LargestSquare is not null)
            {
                largest.Store(LargestSquare + i);
            }
        }

        for (; i < end; i++)
        {
            var (mean, square) = (Vector256.Create(Mean[i]), Vector256.Create(Square[i]));
            var largest = Vector256.Create(LargestSquare is null ? 0 : LargestSquare[i]);
            Weight[i] = Update(numbers, Vector256.Create(Weight[i]), Vector256.Create(Gradient[i]), ref mean, ref square, ref largest)[0];
            (Mean[i], Square[i]) = (mean[0], square[0]);
            if (LargestSquare is not null)
            {
                LargestSquare[i] = largest[0];
            }
        }
    }

    /// <summary>The new weight; the moments are changed in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<float> Update(
        in Numbers n, Vector256<float> weight, Vector256<float> gradient, ref Vector256<float> mean, ref Vector256<float> square, ref Vector256<float> largest)
    {
        weight *= n.DecayBefore;
        gradient = Vector256.FusedMultiplyAdd(n.GradientDecay, weight, gradient);
        mean = Vector256.FusedMultiplyAdd(n.MeanShare, gradient - mean, mean);
        square = Vector256.FusedMultiplyAdd(n.SquareShare * gradient, gradient, n.SquareKept * square);
        var divisor = square;
        if (LargestSquare is not null)
        {
            divisor = largest = Vector256.Max(largest, square);
        }

        divisor = Vector256.FusedMultiplyAdd(n.RootScale, Vector256.Sqrt(divisor), n.Epsilon);
        weight -= n.StepSize * mean / divisor;
        return Vector256.FusedMultiplyAdd(-n.DecayAfter, weight, weight);
    }

    private readonly struct Numbers(AdamStep step)
    {
        public readonly Vector256<float> DecayBefore = Vector256.Create((float)step.DecayBefore);
        public readonly Vector256<float> GradientDecay = Vector256.Create((float)step.GradientDecay);
        public readonly Vector256<float> MeanShare = Vector256.Create((float)step.MeanShare);
        public readonly Vector256<float> SquareKept = Vector256.Create((float)step.SquareKept);
        public readonly Vector256<float> SquareShare = Vector256.Create((float)step.SquareShare);
        public readonly Vector256<float> RootScale = Vector256.Create((float)step.RootScale);
        public readonly Vector256<float> Epsilon = Vector256.Create((float)step.Epsilon);
        public readonly Vector256<float> StepSize = Vector256.Create((float)step.StepSize);
        public readonly Vector256<float> DecayAfter = Vector256.Create((float)step.DecayAfter);
    }
}
