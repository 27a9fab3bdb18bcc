using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Multiplies plain memory by a number and then keeps it within a limit.</summary>
internal unsafe struct LimitTask : IKernelTask
{
    public float* Values;
    public long Elements;
    public float Factor;
    public float Limit;

    public readonly long Units => Elements;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var i = begin;
        for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(Values + i) * Factor;
            Vector256.Min(Vector256.Max(value, Vector256.Create(-Limit)), Vector256.Create(Limit)).Store(Values + i);
        }

        for (; i < end; i++)
        {
            Values[i] = MathF.Min(MathF.Max(Values[i] * Factor, -Limit), Limit);
        }
    }
}
