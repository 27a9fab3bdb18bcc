namespace ClipGpt2.Captioning;

/// <summary>Writes several files into a folder so that all come or none: a model's configuration without its weights would load as another model, or not at all.</summary>
internal static class AtomicFolder
{
    /// <summary>The files that say what a folder is: they come last.</summary>
    private static readonly string[] Last = ["config.json", "captioner.json"];

    /// <summary>Has files written into a folder beside the one that is meant, and moves them over once all are there.</summary>
    /// <param name="target">The folder; it is made if it isn't there, and files of the same names are replaced.</param>
    /// <param name="write">Writes into the folder that it is given, which isn't there yet.</param>
    /// <exception cref="CaptioningException">A file can't be written or moved.</exception>
    public static void Write(string target, Action<string> write)
    {
        var prepared = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)) + ".incomplete";
        if (File.Exists(target))
        {
            throw new CaptioningException($"The folder '{target}' can't be made: a file of that name is there.");
        }

        Discard(prepared);
        try
        {
            write(prepared);
            Move(prepared, target);
        }
        finally
        {
            Discard(prepared);
        }
    }

    private static void Move(string prepared, string target)
    {
        try
        {
            var names = Directory.EnumerateFiles(prepared, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(prepared, file));
            foreach (var name in names.OrderBy(name => Array.IndexOf(Last, Path.GetFileName(name))).ThenBy(name => name, StringComparer.Ordinal).ToList())
            {
                AtomicFile.MakeFolderOf(Path.Combine(target, name));
                File.Move(Path.Combine(prepared, name), Path.Combine(target, name), overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptioningException($"'{target}' can't be written: {e.Message}", e);
        }
    }

    /// <summary>Removes what was begun, now or by a process that was killed; that this fails must not hide the first error.</summary>
    private static void Discard(string prepared)
    {
        try
        {
            if (Directory.Exists(prepared))
            {
                Directory.Delete(prepared, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
