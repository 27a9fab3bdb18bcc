namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>PNG in all colour types and depths, in its stored mode; gamma, chromaticities and profiles aren't applied.</summary>
/// <remarks>Modes and faults follow Pillow's <c>PngImagePlugin</c>: a wrong checksum counts before the pixels and not in them.</remarks>
internal sealed unsafe class PngFormat : IImageFormat
{
    public string Name => "PNG";

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith(PngChunks.Signature);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var png = PngChunks.Read(file);
        return new ImageHeader(png.Width, png.Height, png.Mode, ExifOrientation.Read(png.Exif));
    }

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        fixed (byte* bytes = file)
        {
            var png = PngChunks.Read(file);
            using var rows = new PngRows(bytes, file.Length, png);
            return Decode(file, header, png, rows);
        }
    }

    private static DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header, PngChunks png, PngRows rows)
    {
        var image = new DecodedImage(png.Width, png.Height, png.Mode)
        {
            Orientation = header.Orientation,
            Palette = png.Mode == PixelMode.Palette ? PaletteOf(png) : default,
            TransparentColor = TransparentColor(png),
        };
        try
        {
            foreach (var pass in PngPass.Of(png))
            {
                rows.Read(pass, image);
            }

            PngAncillary.CheckAfterPixels(file, png);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static byte[] PaletteOf(PngChunks png)
    {
        var palette = ColorPalette.Create(png.Palette);
        for (var i = 0; i < Math.Min(png.Transparency.Length, 256); i++)
        {
            palette[(4 * i) + 3] = png.Transparency[i];
        }

        return palette;
    }

    /// <summary>The colour key. Pillow compares the key's low bytes with the 8-bit pixels, whatever the depth.</summary>
    private static RgbColor? TransparentColor(PngChunks png) => (png.Mode, png.Transparency.Length) switch
    {
        (PixelMode.Grey or PixelMode.Bilevel or PixelMode.Grey16, >= 2) => new RgbColor(png.Transparency[1], png.Transparency[1], png.Transparency[1]),
        (PixelMode.Rgb, >= 6) => new RgbColor(png.Transparency[1], png.Transparency[3], png.Transparency[5]),
        _ => null,
    };
}
