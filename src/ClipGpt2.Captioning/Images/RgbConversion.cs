using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Images;

/// <summary>From every mode to RGB, as Pillow's <c>Convert.c</c> does it.</summary>
internal static class RgbConversion
{
    /// <summary>
    /// The picture in <see cref="PixelMode.Rgb"/>, or in <see cref="PixelMode.Grey"/> where red, green and blue are equal in every pixel anyway:
    /// filters treat each channel alone, so that one channel stands for three.
    /// </summary>
    public static DecodedImage ToRgbOrGrey(DecodedImage image)
    {
        var grey = image.Mode is PixelMode.Bilevel or PixelMode.Grey or PixelMode.Grey16;
        var result = new DecodedImage(image.Width, image.Height, grey ? PixelMode.Grey : PixelMode.Rgb);
        var from = image.Pixels;
        var to = result.Pixels;
        switch (image.Mode)
        {
            case PixelMode.Grey16:
                ClipGrey16(from, to);
                break;
            case PixelMode.Palette:
                LookUp(from, image.Palette.Span, to);
                break;
            case PixelMode.Cmyk:
                CmykToRgb(from, to);
                break;
            default:
                // The fourth byte of RGB means nothing, so that dropping alpha is a copy.
                from.CopyTo(to);
                break;
        }

        return result;
    }

    /// <summary>Whether the pixels, as they lie there, are what <see cref="ToRgbOrGrey"/> would give.</summary>
    public static bool IsRgbOrGrey(PixelMode mode) =>
        mode is PixelMode.Bilevel or PixelMode.Grey or PixelMode.GreyAlpha or PixelMode.Rgb or PixelMode.Rgba;

    /// <summary>Whether resizing in this mode is the same as resizing in RGB, so that no conversion is needed before.</summary>
    public static bool IsPlain(PixelMode mode) => mode is PixelMode.Grey or PixelMode.Rgb;

    /// <summary>Three bytes a pixel from one of the modes of <see cref="IsRgbOrGrey"/>.</summary>
    public static RgbImage Pack(DecodedImage image)
    {
        var packed = GC.AllocateUninitializedArray<byte>(image.Width * image.Height * 3);
        var from = image.Pixels;
        if (image.BytesPerPixel == 1)
        {
            for (var i = 0; i < from.Length; i++)
            {
                packed.AsSpan(3 * i, 3).Fill(from[i]);
            }
        }
        else
        {
            for (int i = 0, o = 0; i < from.Length; i += 4, o += 3)
            {
                packed[o] = from[i];
                packed[o + 1] = from[i + 1];
                packed[o + 2] = from[i + 2];
            }
        }

        return new RgbImage(image.Width, image.Height, packed);
    }

    /// <summary>Four bytes a pixel from three.</summary>
    public static void Unpack(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int i = 0, o = 0; i < from.Length; i += 3, o += 4)
        {
            to[o] = from[i];
            to[o + 1] = from[i + 1];
            to[o + 2] = from[i + 2];
            to[o + 3] = 255;
        }
    }

    /// <summary>The product of two bytes over 255, rounded, in Pillow's integer form (MULDIV255).</summary>
    public static int MultiplyOver255(int a, int b)
    {
        var product = (a * b) + 128;
        return ((product >> 8) + product) >> 8;
    }

    private static void ClipGrey16(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = (byte)Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(from[(2 * i)..]), 255);
        }
    }

    private static void LookUp(ReadOnlySpan<byte> from, ReadOnlySpan<byte> palette, Span<byte> to)
    {
        var colors = MemoryMarshal.Cast<byte, uint>(palette);
        var pixels = MemoryMarshal.Cast<byte, uint>(to);
        for (var i = 0; i < from.Length; i++)
        {
            pixels[i] = colors[from[i]];
        }
    }

    private static void CmykToRgb(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < from.Length; i += 4)
        {
            var light = 255 - from[i + 3];
            to[i] = Ink(from[i], light);
            to[i + 1] = Ink(from[i + 1], light);
            to[i + 2] = Ink(from[i + 2], light);
            to[i + 3] = 255;
        }

        static byte Ink(int ink, int light) => (byte)Math.Clamp(light - MultiplyOver255(ink, light), 0, 255);
    }
}
