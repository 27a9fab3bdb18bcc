namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Gives downloaded files their places, each in one step.</summary>
internal static class CacheFile
{
    /// <summary>Whether there is a file. A link to nowhere isn't one, though the system says so.</summary>
    public static bool Exists(string path)
    {
        try
        {
            return File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);
        }
        catch (IOException)
        {
            // It was removed meanwhile, or links to itself.
            return false;
        }
    }

    /// <summary>Writes a small file that nobody sees half of.</summary>
    /// <param name="prepared">Where it is written; what a killed process left there is overwritten.</param>
    /// <param name="target">Its name.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="CaptioningException">It can't be written.</exception>
    public static void Write(string prepared, string target, byte[] content)
    {
        AtomicFile.MakeFolderOf(target);
        Guard(prepared, () =>
        {
            using var stream = new FileStream(prepared, FileMode.Create, FileAccess.Write, FileShare.None);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        });
        Move(prepared, target);
    }

    /// <exception cref="CaptioningException">It can't be moved.</exception>
    public static void Move(string source, string target) => Guard(target, () => File.Move(source, target, overwrite: true));

    /// <summary>Lets a snapshot's file be a blob: by a relative symbolic link, so that a cache can be moved, or else by the file itself.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="target">The snapshot's file; it isn't there, or is a link to nowhere.</param>
    /// <param name="symbolicLinks">Whether links are wanted.</param>
    /// <param name="isNew">Whether nobody else can have the blob yet, so that it may be moved; otherwise it is copied.</param>
    /// <exception cref="CaptioningException">Neither can be made.</exception>
    public static void Place(string blob, string target, bool symbolicLinks, bool isNew)
    {
        AtomicFile.MakeFolderOf(target);
        Guard(target, () => File.Delete(target));
        if (symbolicLinks && TryLink(blob, target))
        {
            return;
        }

        if (isNew)
        {
            Move(blob, target);
        }
        else
        {
            AtomicFile.Copy(blob, target);
        }
    }

    private static bool TryLink(string blob, string target)
    {
        try
        {
            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, blob));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static void Guard(string target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw new CaptioningException($"'{target}' can't be written: {e.Message}", e);
        }
    }
}
