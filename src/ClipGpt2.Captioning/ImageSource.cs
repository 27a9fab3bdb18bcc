using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning;

/// <summary>A picture to caption: a file, bytes, a stream, or pixels; with the name by which results speak of it.</summary>
/// <remarks>Nothing is read before the picture's turn comes. A source over a stream can be read once.</remarks>
public sealed class ImageSource
{
    private const string NamelessBytes = "(bytes)";
    private const string NamelessStream = "(stream)";

    private readonly Func<IImageDecoder, ImageDecodingOptions, DecodedImage> _decode;

    private ImageSource(string name, Func<IImageDecoder, ImageDecodingOptions, DecodedImage> decode)
    {
        Name = name;
        _decode = decode;
    }

    /// <summary>The file's path, or the name that was given.</summary>
    public string Name { get; }

    /// <summary>The file's path; null where the picture isn't in a file.</summary>
    internal string? FilePath { get; private init; }

    /// <summary>Reads the encoded picture once more; null where that can't be.</summary>
    internal Func<Stream>? Reopen { get; private init; }

    /// <summary>A picture in a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The source.</returns>
    public static implicit operator ImageSource(string path) => FromFile(path);

    /// <summary>A picture in a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The source.</returns>
    public static ImageSource FromFile(string path) => new(path, (decoder, options) => decoder.Decode(path, options))
    {
        FilePath = path,
        Reopen = () => ImageDecoderExtensions.Open(path),
    };

    /// <summary>An encoded picture in memory.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">What to call it.</param>
    /// <returns>The source.</returns>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> encoded, string name = NamelessBytes) => new(name, (decoder, options) => Named(name, NamelessBytes, () => decoder.Decode(encoded, options)))
    {
        Reopen = () => ImageDecoderExtensions.Open(encoded),
    };

    /// <summary>An encoded picture in a stream, which stays open and is read from where it stands.</summary>
    /// <param name="encoded">The stream.</param>
    /// <param name="name">What to call it.</param>
    /// <returns>The source.</returns>
    public static ImageSource FromStream(Stream encoded, string name = NamelessStream) =>
        new(name, (decoder, options) => Named(name, NamelessStream, () => decoder.Decode(encoded, options)));

    /// <summary>A picture that was decoded already.</summary>
    /// <param name="image">Its pixels.</param>
    /// <param name="name">What to call it.</param>
    /// <returns>The source.</returns>
    public static ImageSource FromPixels(RgbImage image, string name = "(pixels)") => new(name, (_, _) => DecodedImage.FromRgb(image));

    /// <summary>A picture that is drawn, or got in a way of the host's own, when its turn comes.</summary>
    /// <param name="draw">Makes its pixels; it may be called on any thread and, where a picture is read again in each epoch, more than once.</param>
    /// <param name="name">What to call it.</param>
    /// <returns>The source.</returns>
    public static ImageSource FromPixels(Func<RgbImage> draw, string name = "(pixels)") => new(name, (_, _) => DecodedImage.FromRgb(draw()));

    /// <summary>An encoded picture that is a part of a file, such as an archive's member; read when its turn comes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where the picture begins.</param>
    /// <param name="length">Its number of bytes.</param>
    /// <param name="name">What to call it.</param>
    /// <returns>The source.</returns>
    internal static ImageSource FromFileSection(string path, long offset, long length, string name) =>
        new(name, (decoder, options) => Named(name, null, () => decoder.Decode(FileSection.Read(path, offset, length, options.MaxFileBytes), options)));

    internal DecodedImage Decode(IImageDecoder decoder, ImageDecodingOptions options) => _decode(decoder, options);

    /// <summary>Decodes; what can't be decoded is told under the name that the picture was given, which the decoder doesn't know.</summary>
    private static DecodedImage Named(string name, string? nameless, Func<DecodedImage> decode)
    {
        try
        {
            return decode();
        }
        catch (ImageDecodingException e) when (name != nameless)
        {
            throw new ImageDecodingException($"The picture '{name}' can't be decoded. {e.Message}", e) { FileName = name };
        }
    }
}
