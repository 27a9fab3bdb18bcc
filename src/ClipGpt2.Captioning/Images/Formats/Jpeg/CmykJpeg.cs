namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>JPEGs of four components, in CMYK.</summary>
/// <remarks>
/// Skia turns them to RGB while decoding, so that the inks are lost, in which OpenAI's transform resizes. Inks are stored inverted, as Adobe does
/// and Pillow assumes; with Adobe's transform 2 the first three are stored as luma and chroma (YCCK).
/// </remarks>
internal static class CmykJpeg
{
    private const int ScaleBits = 16;
    private const int HalfScale = 1 << (ScaleBits - 1);

    public static DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var planes = JpegPlanes.Decode(file, header);
        var (first, second, third, black) = (planes.Samples[0], planes.Samples[1], planes.Samples[2], planes.Samples[3]);
        var image = new DecodedImage(header.Width, header.Height, PixelMode.Cmyk) { Orientation = header.Orientation };
        var pixels = image.Pixels;
        // As in libjpeg, an Adobe marker with another transform than 0 means YCCK.
        var isLuma = planes.AdobeTransform is not (null or 0);
        for (var i = 0; i < first.Length; i++)
        {
            var (c, m, y) = isLuma ? ToInks(first[i], second[i] - 128, third[i] - 128) : (first[i], second[i], third[i]);
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2], pixels[(4 * i) + 3]) =
                ((byte)(255 - c), (byte)(255 - m), (byte)(255 - y), (byte)(255 - black[i]));
        }

        return image;
    }

    /// <summary>YCC to inverted CMY in 16-bit fixed point, as <c>ycck_cmyk_convert</c> of libjpeg's <c>jdcolor.c</c>.</summary>
    internal static (byte C, byte M, byte Y) ToInks(int luma, int blue, int red) => (
        Invert(luma + (((Fix(1.40200) * red) + HalfScale) >> ScaleBits)),
        Invert(luma + (((-Fix(0.34414) * blue) - (Fix(0.71414) * red) + HalfScale) >> ScaleBits)),
        Invert(luma + (((Fix(1.77200) * blue) + HalfScale) >> ScaleBits)));

    private static byte Invert(int value) => (byte)Math.Clamp(255 - value, 0, 255);

    private static int Fix(double factor) => (int)((factor * (1 << ScaleBits)) + 0.5);
}
