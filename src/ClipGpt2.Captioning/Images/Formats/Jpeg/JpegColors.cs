using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>What a JPEG's components mean.</summary>
internal enum JpegColorSpace
{
    Grey,
    Rgb,

    /// <summary>Luma, blue-difference and red-difference chroma.</summary>
    Ycc,

    /// <summary>Inks, stored inverted, as Adobe does and Pillow assumes.</summary>
    Cmyk,

    /// <summary>Inverted inks of which the first three are stored as luma and chroma.</summary>
    Ycck,
}

/// <summary>From rows of components to a picture's pixels, as libjpeg's <c>jdcolor.c</c> does it in 16-bit fixed point.</summary>
internal static class JpegColors
{
    private const int ScaleBits = 16;
    private const int HalfScale = 1 << (ScaleBits - 1);

    private static readonly int RedOfRed = Fix(1.40200);
    private static readonly int GreenOfBlue = Fix(0.34414);
    private static readonly int GreenOfRed = Fix(0.71414);
    private static readonly int BlueOfBlue = Fix(1.77200);

    /// <summary>Turns one row.</summary>
    /// <param name="space">What the components mean.</param>
    /// <param name="rows">Each component's samples, at least as many as there are pixels.</param>
    /// <param name="pixels">One byte a pixel for grey, else four.</param>
    public static void ToPixels(JpegColorSpace space, byte[][] rows, Span<byte> pixels)
    {
        switch (space)
        {
            case JpegColorSpace.Grey:
                rows[0].AsSpan(0, pixels.Length).CopyTo(pixels);
                break;
            case JpegColorSpace.Rgb:
                Interleave(rows[0], rows[1], rows[2], pixels);
                break;
            case JpegColorSpace.Ycc:
                YccToRgb(rows[0], rows[1], rows[2], MemoryMarshal.Cast<byte, uint>(pixels));
                break;
            case JpegColorSpace.Cmyk:
                Interleave(rows[0], rows[1], rows[2], pixels);
                Invert(pixels, rows[3]);
                break;
            case JpegColorSpace.Ycck:
                // What YCC gives as red, green and blue is what Pillow, once more inverted, calls the inks.
                YccToRgb(rows[0], rows[1], rows[2], MemoryMarshal.Cast<byte, uint>(pixels));
                SetInks(pixels, rows[3]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(space), space, null);
        }
    }

    private static void Interleave(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> pixels)
    {
        for (int i = 0, o = 0; o < pixels.Length; i++, o += 4)
        {
            (pixels[o], pixels[o + 1], pixels[o + 2], pixels[o + 3]) = (first[i], second[i], third[i], 255);
        }
    }

    private static void Invert(Span<byte> pixels, ReadOnlySpan<byte> black)
    {
        for (int i = 0, o = 0; o < pixels.Length; i++, o += 4)
        {
            (pixels[o], pixels[o + 1], pixels[o + 2], pixels[o + 3]) = ((byte)~pixels[o], (byte)~pixels[o + 1], (byte)~pixels[o + 2], (byte)~black[i]);
        }
    }

    private static void SetInks(Span<byte> pixels, ReadOnlySpan<byte> black)
    {
        for (int i = 0, o = 3; o < pixels.Length; i++, o += 4)
        {
            pixels[o] = (byte)~black[i];
        }
    }

    private static void YccToRgb(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<uint> pixels)
    {
        var i = 0;
        for (; i + Vector256<int>.Count <= pixels.Length; i += Vector256<int>.Count)
        {
            YccToRgb(Widen(luma[i..]), Widen(blue[i..]), Widen(red[i..])).CopyTo(pixels[i..]);
        }

        for (; i < pixels.Length; i++)
        {
            pixels[i] = YccToRgb(Vector256.Create((int)luma[i]), Vector256.Create((int)blue[i]), Vector256.Create((int)red[i]))[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> YccToRgb(Vector256<int> luma, Vector256<int> blue, Vector256<int> red)
    {
        var half = Vector256.Create(HalfScale);
        (blue, red) = (blue - Vector256.Create(128), red - Vector256.Create(128));
        var r = luma + (((red * RedOfRed) + half) >> ScaleBits);
        var g = luma + ((half - (blue * GreenOfBlue) - (red * GreenOfRed)) >> ScaleBits);
        var b = luma + (((blue * BlueOfBlue) + half) >> ScaleBits);
        return (Clamp(r) | (Clamp(g) << 8) | (Clamp(b) << 16) | Vector256.Create(255 << 24)).AsUInt32();
    }

    private static Vector256<int> Clamp(Vector256<int> value) => Vector256.Min(Vector256.Max(value, Vector256<int>.Zero), Vector256.Create(255));

    private static Vector256<int> Widen(ReadOnlySpan<byte> eight) =>
        Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(eight)).AsByte()).ToVector256Unsafe()).AsInt32();

    private static int Fix(double factor) => (int)((factor * (1 << ScaleBits)) + 0.5);
}
