using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.Images;

/// <summary>The default decoder: Skia's codecs for JPEG and WebP, managed ones where the stored mode matters (PNG, GIF, BMP, TIFF, PPM).</summary>
/// <remarks>
/// Gives the pixels that Pillow 11.3 gives; <c>docs/images.md</c> lists what is read and where the two differ. Keeps no state: any number of
/// threads may share one.
/// </remarks>
public sealed class SkiaImageDecoder : IImageDecoder, IFormatDecoder
{
    /// <summary>libjpeg keeps coefficients of two bytes where it keeps any, libwebp the four channels of a lossless picture.</summary>
    private static readonly FormatDecoder Shared = new(new SkiaPixels("JPEG", sizeof(short)), new SkiaPixels("WEBP", sizeof(byte)));

    FormatDecoder IFormatDecoder.Formats => Shared;

    string IFormatDecoder.Identity => typeof(SkiaImageDecoder).FullName!;

    /// <inheritdoc/>
    public DecodedImage Decode(Stream encoded, ImageDecodingOptions options) => Shared.Decode(encoded, options);

    internal static ImageFormats Formats => Shared.Formats;

    /// <summary>What a file says of itself, judged by the limits.</summary>
    internal static (IImageFormat Format, ImageHeader Header) ReadHeader(ReadOnlySpan<byte> file, ImageDecodingOptions options) => Shared.ReadHeader(file, options);
}
