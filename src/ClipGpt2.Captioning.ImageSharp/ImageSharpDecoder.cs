using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats.Jpeg;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Decodes pictures in managed code only: WebP by SixLabors.ImageSharp, JPEG by the library's own decoder or by ImageSharp's, the other formats as <see cref="SkiaImageDecoder"/> does.</summary>
/// <remarks>
/// Limits, headers, orientation, transparency, stored modes and errors are <see cref="SkiaImageDecoder"/>'s; ImageSharp sees only the coded pixels of pictures that passed them, and
/// may take memory in proportion to their size. <c>docs/imagesharp.md</c> says what differs. Keeps no state between calls: any number of threads may share one.
/// </remarks>
public sealed class ImageSharpDecoder : IImageDecoder, IFormatDecoder
{
    private readonly FormatDecoder _formats;
    private readonly string _identity;

    /// <summary>Creates a decoder.</summary>
    /// <param name="options">Which codecs to use, read once; null for the defaults.</param>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public ImageSharpDecoder(ImageSharpOptions? options = null)
    {
        options ??= new ImageSharpOptions();
        options.Validate();
        var isOwn = options.JpegCodec == JpegCodec.Managed;
        _formats = new FormatDecoder(isOwn ? new ManagedJpeg() : new ImageSharpJpeg(), new ImageSharpWebp());
        _identity = typeof(ImageSharpDecoder).FullName! + (isOwn ? string.Empty : $" ({nameof(options.JpegCodec)}: {options.JpegCodec})");
    }

    FormatDecoder IFormatDecoder.Formats => _formats;

    string IFormatDecoder.Identity => _identity;

    /// <inheritdoc/>
    public DecodedImage Decode(Stream encoded, ImageDecodingOptions options) => _formats.Decode(encoded, options);
}
