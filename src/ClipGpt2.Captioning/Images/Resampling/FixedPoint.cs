using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>The steps that both passes share: bytes to 32-bit sums and back.</summary>
internal static unsafe class FixedPoint
{
    private const int PrecisionBits = 32 - 8 - 2;

    /// <summary>What a sum starts with, so that the final shift rounds to nearest.</summary>
    public const int Half = 1 << (PrecisionBits - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Round(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    /// <summary>Eight bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load8(byte* source)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32(source);
        }

        var words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte());
        var (lower, upper) = Vector128.Widen(words);
        return Vector256.Create(lower, upper).AsInt32();
    }

    /// <summary>Four bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load4(byte* source)
    {
        var words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte());
        return Vector128.WidenLower(words).AsInt32();
    }

    /// <summary>Sixteen sums, rounded and clipped to bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d)
    {
        var (a8, b8, c8, d8) = (a >> PrecisionBits, b >> PrecisionBits, c >> PrecisionBits, d >> PrecisionBits);
        if (Sse2.IsSupported)
        {
            // Shifted sums lie within -512 and 511, so that only the second step, to bytes, ever clips.
            return Sse2.PackUnsignedSaturate(Sse2.PackSignedSaturate(a8, b8), Sse2.PackSignedSaturate(c8, d8));
        }

        return Vector128.Narrow(
            Vector128.Narrow(Clip(a8), Clip(b8)).AsUInt16(),
            Vector128.Narrow(Clip(c8), Clip(d8)).AsUInt16());

        static Vector128<int> Clip(Vector128<int> v) => Vector128.Min(Vector128.Max(v, Vector128<int>.Zero), Vector128.Create(255));
    }
}
