using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>e^x in single precision, within two units in the last place: 0 below e^-87, and e^88 above that; what is no number stays none.</summary>
/// <remarks>
/// e^x = 2^n e^r, with the polynomial of Cephes's <c>expf</c> for e^r. Four times as fast as .NET's <c>Vector512.Exp</c>, which computes in double
/// precision. There is a form for each width of vectors: what a processor lacks .NET would put together from halves, many times slower.
/// </remarks>
internal static class Exponential
{
    private const float Lowest = -87;
    private const float Highest = 88;
    private const float InverseLog2 = 1.44269504f;
    private const float Log2High = -0.693359375f;
    private const float Log2Low = 2.12194440e-4f;
    private const float P0 = 1.9875691500e-4f, P1 = 1.3981999507e-3f, P2 = 8.3334519073e-3f, P3 = 4.1665795894e-2f, P4 = 1.6666665459e-1f, P5 = 5.0000001201e-1f;
    private const int Bias = 127;
    private const int MantissaBits = 23;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        var bounded = Vector512.Min(Vector512.Max(x, Vector512.Create(Lowest)), Vector512.Create(Highest));
        var n = Vector512.Round(bounded * InverseLog2);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(Log2High), bounded);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(Log2Low), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(P0), r, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P5));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        var powerOfTwo = Vector512.ShiftLeft(Vector512.ConvertToInt32Native(n) + Vector512.Create(Bias), MantissaBits).AsSingle();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512<float>.Zero, p * powerOfTwo);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        var bounded = Vector256.Min(Vector256.Max(x, Vector256.Create(Lowest)), Vector256.Create(Highest));
        var n = Vector256.Round(bounded * InverseLog2);
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(Log2High), bounded);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(Log2Low), r);
        var p = Vector256.FusedMultiplyAdd(Vector256.Create(P0), r, Vector256.Create(P1));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(P2));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(P3));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(P4));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(P5));
        p = Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;
        var powerOfTwo = Vector256.ShiftLeft(Vector256.ConvertToInt32Native(n) + Vector256.Create(Bias), MantissaBits).AsSingle();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Lowest)), Vector256<float>.Zero, p * powerOfTwo);
    }
}
