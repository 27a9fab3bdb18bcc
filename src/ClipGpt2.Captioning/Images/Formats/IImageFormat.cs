using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>One file format that the decoder reads. Implementations throw <see cref="ImageDecodingException"/> for whatever is wrong with a file.</summary>
internal interface IImageFormat
{
    /// <summary>Pillow's name of the format.</summary>
    string Name { get; }

    /// <summary>Whether the first bytes are those of this format.</summary>
    bool Matches(ReadOnlySpan<byte> file);

    /// <summary>Reads what the file says of itself, taking no memory for pixels.</summary>
    ImageHeader ReadHeader(ReadOnlySpan<byte> file);

    /// <summary>Decodes the first frame in its stored mode; its size is the header's.</summary>
    DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header);
}

/// <summary>What a file says of its picture, as Pillow reports it after <c>Image.open</c>.</summary>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Mode">The stored mode.</param>
/// <param name="Orientation">The EXIF orientation; 1 where the file has none.</param>
internal readonly record struct ImageHeader(int Width, int Height, PixelMode Mode, int Orientation = 1)
{
    /// <summary>About how much memory decoding takes beside the pixels and the file.</summary>
    public long WorkingBytes { get; init; }
}

/// <summary>All formats; a new one is one class and one line here.</summary>
/// <param name="jpeg">Decodes JPEGs of one or three components.</param>
/// <param name="webp">Decodes WebP.</param>
internal sealed class ImageFormats(IPixelCodec jpeg, IPixelCodec webp)
{
    private readonly IImageFormat[] _all =
        [new JpegFormat(jpeg), new PngFormat(), new WebpFormat(webp), new GifFormat(), new BmpFormat(), new TiffFormat(), new PnmFormat()];

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _all.Select(format => format.Name);

    /// <summary>The format of a file, told by its content.</summary>
    public IImageFormat Of(ReadOnlySpan<byte> file)
    {
        foreach (var format in _all)
        {
            if (format.Matches(file))
            {
                return format;
            }
        }

        throw new ImageDecodingException(
            file.IsEmpty ? "The file is empty; give a picture."
            : GitLfsPointer.Begins(file) ? "The file is a Git LFS pointer, not the picture itself: run 'git lfs pull' in its repository."
            : $"The file is no picture of a known format; give one of {string.Join(", ", Names)}.");
    }
}
