using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Images;

/// <summary>Decoding from files and from memory.</summary>
public static class ImageDecoderExtensions
{
    /// <summary>Decodes a file.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="path">The file; its extension doesn't matter.</param>
    /// <param name="options">How to decode; null for the defaults.</param>
    /// <returns>The picture, the caller's to dispose.</returns>
    /// <exception cref="ImageDecodingException">The file can't be opened or isn't a picture that the decoder reads.</exception>
    public static DecodedImage Decode(this IImageDecoder decoder, string path, ImageDecodingOptions? options = null)
    {
        using var file = Open(path);
        return decoder.Decode(file, options ?? new ImageDecodingOptions());
    }

    /// <summary>Decodes a picture in memory.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="options">How to decode; null for the defaults.</param>
    /// <returns>The picture, the caller's to dispose.</returns>
    /// <exception cref="ImageDecodingException">The bytes aren't a picture that the decoder reads.</exception>
    public static DecodedImage Decode(this IImageDecoder decoder, ReadOnlyMemory<byte> encoded, ImageDecodingOptions? options = null)
    {
        using var stream = Open(encoded);
        return decoder.Decode(stream, options ?? new ImageDecodingOptions());
    }

    /// <exception cref="ImageDecodingException">The file can't be opened.</exception>
    internal static FileStream Open(string path)
    {
        try
        {
            RegularFile.Need(path);

            // The decoder reads the whole file at once; a stream buffer would only copy it twice.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ImageDecodingException($"The picture '{path}' can't be opened: {e.Message} Check the path and the permissions.", e) { FileName = path };
        }
    }

    internal static MemoryStream Open(ReadOnlyMemory<byte> encoded)
    {
        var segment = MemoryMarshal.TryGetArray(encoded, out var array) ? array : new ArraySegment<byte>(encoded.ToArray());
        return new MemoryStream(segment.Array ?? [], segment.Offset, segment.Count, writable: false, publiclyVisible: true);
    }
}
