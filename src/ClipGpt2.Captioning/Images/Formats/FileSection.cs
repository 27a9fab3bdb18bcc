using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Reads an encoded picture that is a part of a file.</summary>
internal static class FileSection
{
    /// <exception cref="ImageDecodingException">The section is larger than allowed, or the file can't be read or ends before it.</exception>
    public static byte[] Read(string path, long offset, long length, long maxBytes)
    {
        if (length > maxBytes)
        {
            throw EncodedFile.TooLong(maxBytes);
        }

        try
        {
            RegularFile.Need(path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.Position = offset;
            var bytes = new byte[length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ImageDecodingException($"'{path}' can't be read at {offset}: {e.Message}", e);
        }
    }
}
