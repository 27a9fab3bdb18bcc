using ClipGpt2.Captioning.Metrics;
using Microsoft.Win32.SafeHandles;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Opens files for reading, with this library's errors.</summary>
internal static class InputFile
{
    /// <summary>The most bytes that a JSON file of a model may have; real ones have a few thousand, an index a few million.</summary>
    private const long LargestText = 64 << 20;

    public static SafeFileHandle Open(string path)
    {
        try
        {
            RegularFile.Need(path);
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelNotFoundException($"There is no file '{path}'.", e);
        }
        catch (Exception e) when (IsReading(e))
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Reads a small file, such as a configuration.</summary>
    public static byte[] ReadAll(string path)
    {
        using var handle = Open(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length > LargestText)
            {
                throw new CheckpointFormatException($"'{path}' has {length} bytes; a JSON file of a model may have up to {LargestText}.");
            }

            var bytes = new byte[length];
            Fill(handle, bytes, 0, path);
            return GitLfsPointer.Begins(bytes) ? throw new CheckpointFormatException(GitLfsPointer.Refusal(path)) : bytes;
        }
        catch (Exception e) when (IsReading(e))
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Fills a buffer from an offset of the file.</summary>
    public static void Fill(SafeFileHandle handle, Span<byte> buffer, long offset, string path)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(handle, buffer, offset);
            if (read == 0)
            {
                throw new CheckpointFormatException($"'{path}' ends at byte {offset}: it has become shorter since it was opened.");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    public static bool IsReading(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    public static CheckpointFormatException Unreadable(string path, Exception cause) => new($"'{path}' can't be read: {cause.Message}", cause);
}
