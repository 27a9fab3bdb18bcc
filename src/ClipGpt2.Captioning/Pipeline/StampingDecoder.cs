using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Takes a picture's stamp from the very bytes that are decoded; for one picture.</summary>
internal sealed class StampingDecoder(IImageDecoder decoder) : IImageDecoder
{
    /// <summary>The stamp; null if nothing was decoded.</summary>
    public ImageStamp? Stamp { get; private set; }

    public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
    {
        if (encoded.CanSeek)
        {
            Stamp = ImageStamp.Of(encoded, options.MaxFileBytes);
            return decoder.Decode(encoded, options);
        }

        using var copy = Copy(encoded, options.MaxFileBytes);
        Stamp = ImageStamp.Of(copy, options.MaxFileBytes);
        return decoder.Decode(copy, options);
    }

    /// <summary>The stream's bytes; of one that is too long, one more than the limit, so that the decoder refuses it.</summary>
    private static MemoryStream Copy(Stream encoded, long maxBytes)
    {
        var copy = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (copy.Length <= maxBytes && encoded.Read(buffer, 0, (int)Math.Min(buffer.Length, maxBytes + 1 - copy.Length)) is > 0 and var read)
        {
            copy.Write(buffer, 0, read);
        }

        copy.Position = 0;
        return copy;
    }
}
