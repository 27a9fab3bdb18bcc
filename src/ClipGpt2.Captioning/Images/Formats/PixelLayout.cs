namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>How PNG packs pixels into a row, and how they are taken out into a <see cref="PixelMode"/>.</summary>
/// <param name="Depth">Bits a sample.</param>
/// <param name="ColorType">PNG's colour type.</param>
/// <param name="BitsPerPixel">Bits a pixel.</param>
internal readonly record struct PixelLayout(int Depth, int ColorType, int BitsPerPixel)
{
    /// <summary>Unpacks a row.</summary>
    public void Unpack(ReadOnlySpan<byte> row, Span<byte> pixels, int width)
    {
        switch (Depth, ColorType)
        {
            case (1 or 2 or 4, _):
                // Grey of few bits is stretched to 8; indices into a palette stay as they are.
                UnpackBits(row, pixels, width, Depth, ColorType == 3 ? 1 : 255 / ((1 << Depth) - 1));
                break;
            case (8, 0 or 3):
                row[..width].CopyTo(pixels);
                break;
            case (16, 0):
                for (var i = 0; i < 2 * width; i += 2)
                {
                    (pixels[i], pixels[i + 1]) = (row[i + 1], row[i]);
                }

                break;
            case (_, 2):
                RgbConversion.Unpack(HighBytes(row, 3 * width), pixels);
                break;
            case (_, 4):
                UnpackGreyAlpha(HighBytes(row, 2 * width), pixels);
                break;
            default:
                HighBytes(row, 4 * width).CopyTo(pixels);
                break;
        }
    }

    /// <summary>Samples of any number of bits below 8, the leftmost in the highest bits.</summary>
    public static void UnpackBits(ReadOnlySpan<byte> row, Span<byte> pixels, int width, int bits, int factor)
    {
        var (perByte, mask) = (8 / bits, (1 << bits) - 1);
        for (var x = 0; x < width; x++)
        {
            var shift = 8 - (bits * ((x % perByte) + 1));
            pixels[x] = (byte)(((row[x / perByte] >> shift) & mask) * factor);
        }
    }

    private static void UnpackGreyAlpha(ReadOnlySpan<byte> row, Span<byte> pixels)
    {
        for (int i = 0, o = 0; i < row.Length; i += 2, o += 4)
        {
            pixels.Slice(o, 3).Fill(row[i]);
            pixels[o + 3] = row[i + 1];
        }
    }

    /// <summary>One byte a sample: of 16 bits Pillow keeps the upper 8.</summary>
    private ReadOnlySpan<byte> HighBytes(ReadOnlySpan<byte> row, int samples)
    {
        if (Depth == 8)
        {
            return row[..samples];
        }

        var high = new byte[samples];
        for (var i = 0; i < samples; i++)
        {
            high[i] = row[2 * i];
        }

        return high;
    }
}
