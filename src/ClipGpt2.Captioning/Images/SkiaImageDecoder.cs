using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.Images;

/// <summary>The default decoder: Skia's codecs for JPEG and WebP, managed ones where the stored mode matters (PNG, GIF, BMP, TIFF, PPM).</summary>
/// <remarks>
/// Gives the pixels that Pillow 11.3 gives; <c>docs/images.md</c> lists what is read and where the two differ. Keeps no state: any number of
/// threads may share one.
/// </remarks>
public sealed class SkiaImageDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
    {
        options.Validate();
        var name = (encoded as FileStream)?.Name;
        try
        {
            using var file = EncodedFile.Read(encoded, options.MaxFileBytes);
            return Decode(file.Bytes, options);
        }
        catch (ImageDecodingException e) when (name is not null)
        {
            throw new ImageDecodingException($"The picture '{name}' can't be decoded. {e.Message}", e) { FileName = name };
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            // The formats check what they read; this keeps a fault in one of them from surfacing as anything but a bad picture.
            throw new ImageDecodingException($"The picture {(name is null ? string.Empty : $"'{name}' ")}can't be read; it may be damaged: {e.Message}", e) { FileName = name };
        }
    }

    /// <summary>What a file says of itself, judged by the limits.</summary>
    internal static (IImageFormat Format, ImageHeader Header) ReadHeader(ReadOnlySpan<byte> file, ImageDecodingOptions options)
    {
        var format = ImageFormats.Of(file);
        var header = format.ReadHeader(file);
        return (long)header.Width * header.Height <= options.MaxPixels
            ? (format, header)
            : throw new ImageDecodingException(
                $"It has {header.Width} x {header.Height} pixels, more than the limit of {options.MaxPixels}; raise {nameof(ImageDecodingOptions)}.{nameof(options.MaxPixels)} if it can be trusted.");
    }

    private static DecodedImage Decode(ReadOnlySpan<byte> file, ImageDecodingOptions options)
    {
        var (format, header) = ReadHeader(file, options);
        var image = format.Decode(file, header);
        if (options.Background is { } background && AlphaComposition.IsTransparent(image))
        {
            using var transparent = image;
            image = AlphaComposition.Over(transparent, background);
        }

        if (options.TurnsByOrientation && image.Orientation != 1)
        {
            using var stored = image;
            image = ExifOrientation.Turn(stored, stored.Orientation);
        }

        return image;
    }
}
