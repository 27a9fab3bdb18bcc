using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Baseline TIFF in strips: black and white, grey and palette of 2, 4 or 8 bits, RGB, RGBA and CMYK, turned by its orientation as Pillow does while loading.</summary>
internal sealed class TiffFormat : IImageFormat
{
    private const int HorizontalDifferences = 2;

    /// <summary>The extra sample by which colours are multiplied.</summary>
    private const int AssociatedAlpha = 1;

    public string Name => "TIFF";

    public bool Matches(ReadOnlySpan<byte> file) => file.Length >= 8 && (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8));

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var directory = TiffDirectory.Read(file);
        var (width, height) = StoredSize(directory);
        var orientation = Orientation(directory);
        var (w, h) = ExifOrientation.SwapsSides(orientation) ? (height, width) : (width, height);
        var strip = Math.Min(directory.Value(TiffTag.RowsPerStrip, height), height) * width * directory.Value(TiffTag.SamplesPerPixel, 1) * directory.Value(TiffTag.BitsPerSample, 1) / 8;
        return new ImageHeader(w, h, Mode(directory), orientation) { WorkingBytes = strip };
    }

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var directory = TiffDirectory.Read(file);
        var stored = DecodeStored(file, directory, header.Mode);
        if (header.Orientation == 1)
        {
            return stored;
        }

        using (stored)
        {
            return ExifOrientation.Turn(stored, header.Orientation);
        }
    }

    private static DecodedImage DecodeStored(ReadOnlySpan<byte> file, TiffDirectory directory, PixelMode mode)
    {
        var (width, height) = StoredSize(directory);
        var samples = (int)directory.Value(TiffTag.SamplesPerPixel, 1);
        var bits = (int)directory.Value(TiffTag.BitsPerSample, 1);
        var rowBytes = checked((int)((((long)width * samples * bits) + 7) / 8));
        var rowsPerStrip = (int)Math.Clamp(directory.Value(TiffTag.RowsPerStrip, height), 1, height);
        var offsets = directory.Values(TiffTag.StripOffsets);
        var counts = directory.Values(TiffTag.StripByteCounts);
        if (Math.Min(offsets.Count, counts.Count) < (height + rowsPerStrip - 1) / rowsPerStrip)
        {
            throw new ImageDecodingException("The TIFF file is damaged: strips of its pixels are missing.");
        }

        if ((long)rowBytes * height > counts.Sum() * TiffCompression.MaxRatio)
        {
            throw new ImageDecodingException("The TIFF file is cut short: not all of its pixels are there.");
        }

        var image = new DecodedImage(width, height, mode) { Palette = mode == PixelMode.Palette ? PaletteOf(directory) : default };
        var rented = PictureBytes.Rent((int)Math.Min((long)rowsPerStrip * rowBytes, Array.MaxLength));
        for (var y = 0; y < height; y += rowsPerStrip)
        {
            var rows = rented.AsSpan(0, Math.Min(rowsPerStrip, height - y) * rowBytes);
            var compressed = file.Part(offsets[y / rowsPerStrip], counts[y / rowsPerStrip]);
            TiffCompression.Decode(directory.Value(TiffTag.Compression, 1), compressed, rows);
            for (var i = 0; i < rows.Length / rowBytes; i++)
            {
                var row = rows.Slice(i * rowBytes, rowBytes);
                AddDifferences(row, samples, directory);
                Unpack(row, image.Pixels.Slice((y + i) * image.Stride, image.Stride), width, samples, directory);
            }
        }

        PictureBytes.Return(rented);
        return image;
    }

    private static (int Width, int Height) StoredSize(TiffDirectory directory) =>
        (EncodedBytes.Side(directory.Value(TiffTag.Width), "width"), EncodedBytes.Side(directory.Value(TiffTag.Height), "height"));

    private static int Orientation(TiffDirectory directory) => directory.Value(TiffTag.Orientation, 1) is >= 1 and <= 8 and var turn ? (int)turn : 1;

    private static PixelMode Mode(TiffDirectory directory)
    {
        var photometric = directory.Value(TiffTag.Photometric);
        var bits = directory.Values(TiffTag.BitsPerSample) is { Count: > 0 } given ? given : [1];
        var extra = directory.Values(TiffTag.ExtraSamples);
        var samples = directory.Value(TiffTag.SamplesPerPixel, 1);
        var plain = directory.Values(TiffTag.TileWidth).Count == 0
            && directory.Value(TiffTag.PlanarConfiguration, 1) == 1
            && directory.Value(TiffTag.FillOrder, 1) == 1
            && directory.Values(TiffTag.SampleFormat).All(format => format == 1)
            && bits.All(b => b == bits[0])
            && (directory.Value(TiffTag.Predictor, 1) == 1 || (directory.Value(TiffTag.Predictor, 1) == HorizontalDifferences && bits[0] == 8));
        return (plain, photometric, bits[0], samples, extra) switch
        {
            (true, 0 or 1, 1, 1, []) => PixelMode.Bilevel,
            (true, 0 or 1, 2 or 4 or 8, 1, []) => PixelMode.Grey,
            (true, 1, 8, 2, [2]) => PixelMode.GreyAlpha,
            (true, 1, 16, 1, []) => PixelMode.Grey16,
            (true, 2, 8, 3, []) => PixelMode.Rgb,
            (true, 2, 8, 4, [0]) => PixelMode.Rgb,
            (true, 2, 8, 4, [] or [AssociatedAlpha] or [2]) => PixelMode.Rgba,
            (true, 3, 1 or 2 or 4 or 8, 1, []) => PixelMode.Palette,
            (true, 5, 8, 4, []) => PixelMode.Cmyk,
            _ => throw new ImageDecodingException(
                $"The TIFF file is of a form that isn't read (photometric {photometric}, {samples} samples of {bits[0]} bits); save it as 8-bit grey or RGB in strips, or as PNG."),
        };
    }

    private static byte[] PaletteOf(TiffDirectory directory)
    {
        var map = directory.Values(TiffTag.ColorMap);
        var colors = map.Count / 3;
        var entries = new byte[3 * colors];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = (byte)(map[(i % 3 * colors) + (i / 3)] / 256);
        }

        return ColorPalette.Create(entries);
    }

    private static void AddDifferences(Span<byte> row, int samples, TiffDirectory directory)
    {
        if (directory.Value(TiffTag.Predictor, 1) != HorizontalDifferences)
        {
            return;
        }

        for (var i = samples; i < row.Length; i++)
        {
            row[i] += row[i - samples];
        }
    }

    private static void Unpack(ReadOnlySpan<byte> row, Span<byte> pixels, int width, int samples, TiffDirectory directory)
    {
        var bits = (int)directory.Value(TiffTag.BitsPerSample, 1);
        var layout = (bits, samples) switch
        {
            (1 or 2 or 4, _) => new PixelLayout(bits, directory.Value(TiffTag.Photometric) == 3 ? 3 : 0, bits),
            (16, _) => new PixelLayout(16, 0, 16),
            (_, 1) => new PixelLayout(8, 0, 8),
            (_, 2) => new PixelLayout(8, 4, 16),
            (_, 3) => new PixelLayout(8, 2, 24),
            _ => new PixelLayout(8, 6, 32),
        };
        layout.Unpack(row, pixels, width);
        if (layout.Depth == 16 && !directory.IsBigEndian)
        {
            // The layout is PNG's, which has the high byte first.
            row.CopyTo(pixels);
        }

        if (directory.Values(TiffTag.ExtraSamples) is [AssociatedAlpha])
        {
            Premultiplication.Undo(pixels);
        }

        if (directory.Value(TiffTag.Photometric) == 0)
        {
            foreach (ref var pixel in pixels)
            {
                pixel = (byte)(255 - pixel);
            }
        }
    }
}
