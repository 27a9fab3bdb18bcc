using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A function of single numbers, for both widths of vectors: what a processor lacks .NET would put together from halves, many times slower.</summary>
internal interface IActivationFunction
{
    static abstract Vector512<float> Of(Vector512<float> x);

    static abstract Vector256<float> Of(Vector256<float> x);
}

/// <summary>The larger of x and 0; what is no number stays none.</summary>
internal readonly struct ReluFunction : IActivationFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => Vector512.Max(x, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => Vector256.Max(x, Vector256<float>.Zero);
}

/// <summary>x * sigmoid(x).</summary>
internal readonly struct SwishFunction : IActivationFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => x / (Vector512<float>.One + Exponential.Of(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => x / (Vector256<float>.One + Exponential.Of(-x));
}

/// <summary>x * sigmoid(1.702 x).</summary>
internal readonly struct QuickGeluFunction : IActivationFunction
{
    private const float Factor = -1.702f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => x / (Vector512<float>.One + Exponential.Of(x * Factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => x / (Vector256<float>.One + Exponential.Of(x * Factor));
}

/// <summary>GELU in its tanh form: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) = x * sigmoid(2 √(2/π) (x + 0.044715 x³)).</summary>
internal readonly struct GeluTanhFunction : IActivationFunction
{
    private const float Linear = -1.5957691216057308f;
    private const float Cubic = 0.044715f * Linear;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) =>
        x / (Vector512<float>.One + Exponential.Of(x * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(Cubic), Vector512.Create(Linear))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) =>
        x / (Vector256<float>.One + Exponential.Of(x * Vector256.FusedMultiplyAdd(x * x, Vector256.Create(Cubic), Vector256.Create(Linear))));
}

/// <summary>GELU in its exact form, x Φ(x), with Abramowitz and Stegun's formula 7.1.26 for the error function: 1.5e-7 off at most.</summary>
/// <remarks>Left of 0, Φ(x) is half of 1 - erf(|x| / √2); right of it, what that leaves of 1.</remarks>
internal readonly struct GeluFunction : IActivationFunction
{
    private const float InverseSquareRootOfTwo = 0.70710678f;
    private const float P = 0.3275911f;
    private const float A1 = 0.254829592f, A2 = -0.284496736f, A3 = 1.421413741f, A4 = -1.453152027f, A5 = 1.061405429f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        var z = Vector512.Abs(x) * InverseSquareRootOfTwo;
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(z, Vector512.Create(P), Vector512<float>.One);
        var sum = Vector512.FusedMultiplyAdd(Vector512.Create(A5), t, Vector512.Create(A4));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(A3));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(A2));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(A1));
        var tail = 0.5f * sum * t * Exponential.Of(-(z * z));
        return x * Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        var z = Vector256.Abs(x) * InverseSquareRootOfTwo;
        var t = Vector256<float>.One / Vector256.FusedMultiplyAdd(z, Vector256.Create(P), Vector256<float>.One);
        var sum = Vector256.FusedMultiplyAdd(Vector256.Create(A5), t, Vector256.Create(A4));
        sum = Vector256.FusedMultiplyAdd(sum, t, Vector256.Create(A3));
        sum = Vector256.FusedMultiplyAdd(sum, t, Vector256.Create(A2));
        sum = Vector256.FusedMultiplyAdd(sum, t, Vector256.Create(A1));
        var tail = 0.5f * sum * t * Exponential.Of(-(z * z));
        return x * Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
    }
}
