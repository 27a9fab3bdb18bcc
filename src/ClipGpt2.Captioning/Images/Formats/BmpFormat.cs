using System.Numerics;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Windows bitmaps: palettes, run-length codes, 16, 24 and 32 bits, from the bottom or from the top.</summary>
/// <remarks>Modes follow Pillow's <c>BmpImagePlugin</c>: 32 bits without masks have no alpha, and palettes of greys are grey pictures.</remarks>
internal sealed class BmpFormat : IImageFormat
{
    public string Name => "BMP";

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith("BM"u8);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var bmp = BmpHeader.Read(file);
        return new ImageHeader(bmp.Width, bmp.Height, bmp.Mode);
    }

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var bmp = BmpHeader.Read(file);
        var data = file.Part(bmp.DataStart, Math.Max(0, file.Length - bmp.DataStart));
        if (bmp.IsRunLength)
        {
            return DecodeRuns(data, bmp);
        }

        var stride = (((long)bmp.Width * bmp.BitsPerPixel) + 31) / 32 * 4;
        // The last row's padding is often left out.
        var needed = (stride * (bmp.Height - 1)) + ((((long)bmp.Width * bmp.BitsPerPixel) + 7) / 8);
        data.Part(0, needed);
        var image = NewImage(bmp);
        for (var y = 0; y < bmp.Height; y++)
        {
            var row = data[(int)(y * stride)..];
            UnpackRow(row, TargetRow(image, bmp, y), bmp);
        }

        return image;
    }

    private static DecodedImage DecodeRuns(ReadOnlySpan<byte> data, BmpHeader bmp)
    {
        var indices = BmpRuns.Decode(data, bmp.Width, bmp.Height, bmp.BitsPerPixel == 4, bmp.DataStart);
        var image = NewImage(bmp);
        for (var y = 0; y < bmp.Height; y++)
        {
            indices.AsSpan(y * bmp.Width, bmp.Width).CopyTo(TargetRow(image, bmp, y));
        }

        return image;
    }

    private static DecodedImage NewImage(BmpHeader bmp) => new(bmp.Width, bmp.Height, bmp.Mode)
    {
        Palette = bmp.Mode == PixelMode.Palette ? ColorPalette.Create(bmp.Palette, bmp.PaletteEntrySize, blueFirst: true) : default,
    };

    private static Span<byte> TargetRow(DecodedImage image, BmpHeader bmp, int y) =>
        image.Pixels.Slice((bmp.FromTop ? y : bmp.Height - 1 - y) * image.Stride, image.Stride);

    private static void UnpackRow(ReadOnlySpan<byte> row, Span<byte> pixels, BmpHeader bmp)
    {
        switch (bmp.BitsPerPixel)
        {
            case 1 or 4:
                PixelLayout.UnpackBits(row, pixels, bmp.Width, bmp.BitsPerPixel, bmp.Mode == PixelMode.Bilevel ? 255 : 1);
                break;
            case 8:
                row[..bmp.Width].CopyTo(pixels);
                break;
            case 24:
                for (var x = 0; x < bmp.Width; x++)
                {
                    (pixels[4 * x], pixels[(4 * x) + 1], pixels[(4 * x) + 2], pixels[(4 * x) + 3]) = (row[(3 * x) + 2], row[(3 * x) + 1], row[3 * x], 255);
                }

                break;
            default:
                for (var x = 0; x < bmp.Width; x++)
                {
                    var value = bmp.BitsPerPixel == 16 ? row.U16(2 * x) : row.U32(4 * x);
                    for (var channel = 0; channel < 4; channel++)
                    {
                        pixels[(4 * x) + channel] = Sample(value, bmp.Masks[channel]);
                    }
                }

                break;
        }
    }

    /// <summary>The bits under a mask, stretched to 8 by integer division as Pillow does; no mask is opaque alpha.</summary>
    private static byte Sample(uint value, uint mask)
    {
        if (mask == 0)
        {
            return 255;
        }

        var shift = BitOperations.TrailingZeroCount(mask);
        return (byte)(((value & mask) >> shift) * 255 / (mask >> shift));
    }
}
