using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Activations over plain memory, in place.</summary>
internal static class ElementwiseKernels
{
    /// <summary>Applies a function to each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TFunction>(Span<float> values)
        where TFunction : struct, IActivationFunction
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                TFunction.Of(Vector512.LoadUnsafe(ref first, (nuint)i)).StoreUnsafe(ref first, (nuint)i);
            }
        }

        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            TFunction.Of(Vector256.LoadUnsafe(ref first, (nuint)i)).StoreUnsafe(ref first, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = TFunction.Of(Vector256.Create(values[i]))[0];
        }
    }
}
