using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Opens the files that captions are read from, with errors that name them.</summary>
internal static class DataFile
{
    /// <summary>The longest line, JSON text or record that is read: what is longer is no caption, and a missing quote must not take all memory.</summary>
    public const int MaxElementBytes = 16 << 20;

    /// <param name="path">The file.</param>
    /// <param name="content">What it is to hold, for messages.</param>
    /// <exception cref="CaptioningException">There is no such file, or it can't be opened.</exception>
    public static FileStream Open(string path, string content)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new CaptioningException($"There is no file '{path}': give the file that holds {content}.");
        }

        var file = TextFile.Open(path, content, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan));
        try
        {
            return TextFile.Guard(path, content, () => IsPointer(file)) ? throw new CaptioningException(GitLfsPointer.Refusal(path)) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A buffer of twice the size with the same content.</summary>
    /// <param name="buffer">The buffer, in which one element fills all space.</param>
    /// <param name="place">Where the element stands, for messages.</param>
    /// <exception cref="CaptioningException">The element is longer than is read.</exception>
    public static byte[] Grow(byte[] buffer, string place)
    {
        if (buffer.Length > MaxElementBytes)
        {
            throw new CaptioningException($"{place}: goes on for more than {MaxElementBytes >> 20} MiB without an end; a quote or a line end is missing, or the file is another.");
        }

        Array.Resize(ref buffer, 2 * buffer.Length);
        return buffer;
    }

    /// <summary>All bytes of a small file.</summary>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static byte[] ReadAll(string path, string content) => TextFile.Bytes(path, content);

    /// <summary>Looks at a file's first bytes and goes back; a pipe, which can't go back, holds what its writer means.</summary>
    private static bool IsPointer(FileStream file)
    {
        if (!file.CanSeek)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[GitLfsPointer.FirstBytes.Length];
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return GitLfsPointer.Begins(start[..length]);
    }
}
