namespace ClipGpt2.Captioning.Metrics;

/// <summary>Reads text files, with errors that name them.</summary>
internal static class TextFile
{
    /// <summary>The lines of a file with their numbers from 1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What the file is to hold, for messages.</param>
    public static IEnumerable<(int Number, string Line)> Lines(string path, string content)
    {
        using var reader = Guard(path, content, () => new StreamReader(path));
        for (var number = 1; Guard(path, content, reader.ReadLine) is { } line; number++)
        {
            yield return (number, line);
        }
    }

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
