using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.Images;

/// <summary>Decoding of all formats, whichever codecs turn JPEG's and WebP's data into pixels: limits, headers, orientation, transparency and errors.</summary>
/// <param name="jpeg">Decodes JPEGs of one or three components.</param>
/// <param name="webp">Decodes WebP.</param>
internal sealed class FormatDecoder(IPixelCodec jpeg, IPixelCodec webp)
{
    public ImageFormats Formats { get; } = new(jpeg, webp);

    /// <summary>As <see cref="IImageDecoder.Decode"/>.</summary>
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
    public (IImageFormat Format, ImageHeader Header) ReadHeader(ReadOnlySpan<byte> file, ImageDecodingOptions options)
    {
        var format = Formats.Of(file);
        var header = format.ReadHeader(file);
        return (long)header.Width * header.Height <= options.MaxPixels
            ? (format, header)
            : throw new ImageDecodingException(
                $"It has {header.Width} x {header.Height} pixels, more than the limit of {options.MaxPixels}; raise {nameof(ImageDecodingOptions)}.{nameof(options.MaxPixels)} if it can be trusted.");
    }

    private DecodedImage Decode(ReadOnlySpan<byte> file, ImageDecodingOptions options)
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

/// <summary>A decoder of ours, which differs from another one of ours in its codecs.</summary>
internal interface IFormatDecoder : IImageDecoder
{
    FormatDecoder Formats { get; }

    /// <summary>What tells decoders apart whose pixels may differ; embedding stores note it.</summary>
    string Identity { get; }
}
