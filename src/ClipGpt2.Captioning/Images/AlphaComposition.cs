namespace ClipGpt2.Captioning.Images;

/// <summary>Laying a colour under a transparent picture.</summary>
/// <remarks>Equal to Pillow's <c>Image.alpha_composite(background, im.convert("RGBA"))</c> with an opaque background.</remarks>
internal static class AlphaComposition
{
    private const int PrecisionBits = 7;

    /// <summary>Whether any pixel may be transparent.</summary>
    public static bool IsTransparent(DecodedImage image) =>
        image.Mode is PixelMode.Rgba or PixelMode.GreyAlpha || image.TransparentColor is not null || image.Mode == PixelMode.Palette;

    /// <summary>The picture in <see cref="PixelMode.Rgb"/> over a colour.</summary>
    public static DecodedImage Over(DecodedImage image, RgbColor background)
    {
        using var simple = RgbConversion.ToRgbOrGrey(image);
        var result = new DecodedImage(image.Width, image.Height, PixelMode.Rgb) { Orientation = image.Orientation };
        var from = simple.Pixels;
        var to = result.Pixels;
        var step = simple.BytesPerPixel;
        var (g, b) = step == 1 ? (0, 0) : (1, 2);
        for (int i = 0, o = 0; o < to.Length; i += step, o += 4)
        {
            var color = new RgbColor(from[i], from[i + g], from[i + b]);
            // Every mode with alpha, palettes among them, has it in the fourth byte.
            var alpha = image.TransparentColor is { } key ? (byte)(color == key ? 0 : 255) : step == 1 ? (byte)255 : from[i + 3];
            to[o] = Blend(color.R, background.R, alpha);
            to[o + 1] = Blend(color.G, background.G, alpha);
            to[o + 2] = Blend(color.B, background.B, alpha);
            to[o + 3] = 255;
        }

        return result;
    }

    private static byte Blend(int over, int under, int alpha)
    {
        if (alpha == 0)
        {
            return (byte)under;
        }

        // Over an opaque background the result is opaque: 255 * 255 parts, of which alpha * 255 are the upper picture's.
        var upper = alpha * 255 * 255 * (1 << PrecisionBits) / (255 * 255);
        var lower = (255 << PrecisionBits) - upper;
        var sum = (over * upper) + (under * lower) + (0x80 << PrecisionBits);
        return (byte)((((sum >> 8) + sum) >> 8) >> PrecisionBits);
    }
}
