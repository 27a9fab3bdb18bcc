using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Activations over plain memory, in place.</summary>
internal static class ElementwiseKernels
{
    private const float QuickGeluFactor = 1.702f;

    // tanh-GELU: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = x * sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)).
    private const float GeluFactor = 1.5957691216057308f;
    private const float GeluCubic = 0.044715f;

    /// <summary>x * sigmoid(1.702 x).</summary>
    public static void QuickGelu(Span<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var x = Vector512.LoadUnsafe(ref first, (nuint)i);
            TimesSigmoid(x, x * QuickGeluFactor).StoreUnsafe(ref first, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = TimesSigmoid(Vector512.Create(values[i]), Vector512.Create(values[i] * QuickGeluFactor))[0];
        }
    }

    /// <summary>GELU in its tanh form, as GPT-2's <c>gelu_new</c>.</summary>
    public static void GeluTanh(Span<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            GeluTanh(Vector512.LoadUnsafe(ref first, (nuint)i)).StoreUnsafe(ref first, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = GeluTanh(Vector512.Create(values[i]))[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> GeluTanh(Vector512<float> x) =>
        TimesSigmoid(x, x * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(GeluFactor * GeluCubic), Vector512.Create(GeluFactor)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> TimesSigmoid(Vector512<float> x, Vector512<float> z) =>
        x / (Vector512<float>.One + Vector512.Exp(-z));
}
