namespace ClipGpt2.Captioning;

/// <summary>Writes files that a reader, or a crash, never sees half of.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary name beside the file, flushes to the disk, and then gives it its name.</summary>
    /// <param name="path">The file; one that is there is replaced, and its folder is made if it isn't there.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="CaptioningException">The file can't be written. What was there before stays.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            Discard(temporary);
            if (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new CaptioningException($"'{path}' can't be written: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Copies a file with its time; a copy that is there already, of the same size and time, stays.</summary>
    /// <param name="source">The file to copy.</param>
    /// <param name="target">The copy; another file of that name is replaced.</param>
    /// <exception cref="CaptioningException">The source can't be read, or the target can't be written.</exception>
    public static void Copy(string source, string target)
    {
        var (from, to) = (new FileInfo(source), new FileInfo(target));
        if (to.Exists && (from.FullName == to.FullName || (from.Length == to.Length && from.LastWriteTimeUtc == to.LastWriteTimeUtc)))
        {
            return;
        }

        Write(target, stream =>
        {
            using var input = File.OpenRead(source);
            input.CopyTo(stream);
        });
        File.SetLastWriteTimeUtc(target, from.LastWriteTimeUtc);
    }

    /// <summary>Copies those of a folder's files that are there into another folder, which is made if it isn't there.</summary>
    /// <exception cref="CaptioningException">A file can't be read or written.</exception>
    public static void CopyInto(string source, string target, IEnumerable<string> names)
    {
        MakeFolder(target);
        foreach (var file in names.Select(name => Path.Combine(source, name)).Where(File.Exists))
        {
            Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    /// <summary>Makes the folder that a file is to lie in, and those above it, where they aren't there.</summary>
    /// <exception cref="CaptioningException">The folder can't be made.</exception>
    public static void MakeFolderOf(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            MakeFolder(folder);
        }
    }

    /// <summary>Makes a folder if it isn't there.</summary>
    /// <exception cref="CaptioningException">It can't be made.</exception>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptioningException($"The folder '{folder}' can't be made: {e.Message}", e);
        }
    }

    /// <summary>Removes what was begun; that this fails too must not hide the first error.</summary>
    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
        }
    }
}
