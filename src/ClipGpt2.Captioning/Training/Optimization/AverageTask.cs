using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Moves an average in plain memory a part of the way towards a weight.</summary>
internal unsafe struct AverageTask : IKernelTask
{
    public float* Average;
    public float* Weight;
    public long Elements;
    public float Share;

    public readonly long Units => Elements;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var i = begin;
        for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var average = Vector256.Load(Average + i);
            Vector256.FusedMultiplyAdd(Vector256.Create(Share), Vector256.Load(Weight + i) - average, average).Store(Average + i);
        }

        for (; i < end; i++)
        {
            Average[i] = MathF.FusedMultiplyAdd(Share, Weight[i] - Average[i], Average[i]);
        }
    }
}
