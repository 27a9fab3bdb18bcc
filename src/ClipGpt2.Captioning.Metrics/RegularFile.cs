using System.Formats.Tar;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>Tells files from what only looks like one: opening a named pipe that nobody writes to waits for ever, and a device may never end.</summary>
internal static class RegularFile
{
    /// <summary>The system's own paths for streams that are already open, such as a shell's <c>&lt;(...)</c>; those may be pipes.</summary>
    private static readonly string[] OpenStreams = ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"];

    /// <summary>Throws where a path is a folder, a pipe or a device; a path where nothing is passes, so that opening it says so.</summary>
    /// <exception cref="IOException">It is one. The message says which, without the path.</exception>
    public static void Need(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("It is a folder, and must be a file.");
        }

        if (IsSpecial(path))
        {
            throw new IOException("It is no file but a pipe or a device.");
        }
    }

    /// <summary>Whether a path is a pipe, a socket or a device. None of them has a length, and most files have.</summary>
    public static bool IsSpecial(string path)
    {
        if (OperatingSystem.IsWindows() || Array.Exists(OpenStreams, start => path.StartsWith(start, StringComparison.Ordinal)))
        {
            return false;
        }

        var file = new FileInfo(path);
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file is { Exists: true, Length: 0 } && !IsRegular(file.FullName);
    }

    /// <summary>Nothing in .NET says what kind of file something is, but an archive's writer, who notes the kind without opening a pipe or a device.</summary>
    private static bool IsRegular(string path)
    {
        using var content = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(content, TarEntryFormat.Ustar, leaveOpen: true))
            {
                writer.WriteEntry(path, "file");
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Only a file is opened, and so is refused to who may not read it.
            return true;
        }
        catch (IOException)
        {
            // A socket has no place in an archive.
            return false;
        }

        content.Position = 0;
        using var reader = new TarReader(content);
        return reader.GetNextEntry()?.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
    }
}
