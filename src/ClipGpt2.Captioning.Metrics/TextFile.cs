namespace ClipGpt2.Captioning.Metrics;

/// <summary>Reads text files, with errors that name them.</summary>
internal static class TextFile
{
    /// <summary>The lines of a file with their numbers from 1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What the file is to hold, for messages.</param>
    public static IEnumerable<(int Number, string Line)> Lines(string path, string content)
    {
        using var reader = Open(path, content, () => new StreamReader(path));
        for (var number = 1; Guard(path, content, reader.ReadLine) is { } line; number++)
        {
            if (number == 1 && GitLfsPointer.Begins(line))
            {
                throw new CaptioningException(GitLfsPointer.Refusal(path));
            }

            yield return (number, line);
        }
    }

    /// <summary>All bytes of a file.</summary>
    public static byte[] Bytes(string path, string content)
    {
        var bytes = Open(path, content, () => File.ReadAllBytes(path));
        return GitLfsPointer.Begins(bytes) ? throw new CaptioningException(GitLfsPointer.Refusal(path)) : bytes;
    }

    /// <summary>All of a file's text.</summary>
    public static string All(string path, string content)
    {
        var text = Open(path, content, () => File.ReadAllText(path));
        return GitLfsPointer.Begins(text) ? throw new CaptioningException(GitLfsPointer.Refusal(path)) : text;
    }

    /// <summary>Opens a file that is one, with the same errors.</summary>
    public static T Open<T>(string path, string content, Func<T> open) => Guard(path, content, () =>
    {
        RegularFile.Need(path);
        return open();
    });

    /// <summary>Reads something of a file and turns the system's errors into this library's.</summary>
    public static T Guard<T>(string path, string content, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptioningException($"'{path}' can't be read as {content}: {e.Message}", e);
        }
    }
}
