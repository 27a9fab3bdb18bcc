namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>A file that is changed at random, sound or broken as it is.</summary>
/// <param name="Name">Its path, for reports.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Folder">The folder that is read as a whole, with this file of it changed; null if the file is read alone.</param>
internal sealed record FuzzSeed(string Name, byte[] Bytes, string? Folder = null)
{
    /// <summary>Whether the file is meant to load as it is.</summary>
    public bool IsSound { get; } = !Name.Split(Path.DirectorySeparatorChar).Any(part => part is "hostile" or "bad");

    public static FuzzSeed Load(string path, string root) => new(Path.GetRelativePath(root, path), File.ReadAllBytes(path));

    /// <summary>Writes a changed file to where it is read from.</summary>
    /// <param name="bytes">The changed bytes.</param>
    /// <param name="place">A name without ending; what is written tells by it which case it is, should the process not survive it.</param>
    /// <returns>The file or folder to read.</returns>
    public string Write(byte[] bytes, string place)
    {
        if (Folder is null)
        {
            var file = place + Path.GetExtension(Name);
            File.WriteAllBytes(file, bytes);
            return file;
        }

        Directory.CreateDirectory(place);
        var changed = Path.GetFileName(Name);
        foreach (var entry in Directory.EnumerateFileSystemEntries(Folder).Where(entry => Path.GetFileName(entry) != changed))
        {
            File.CreateSymbolicLink(Path.Combine(place, Path.GetFileName(entry)), entry);
        }

        File.WriteAllBytes(Path.Combine(place, changed), bytes);
        return place;
    }

    /// <summary>Removes what <see cref="Write"/> wrote.</summary>
    public void Remove(string written)
    {
        if (Folder is null)
        {
            File.Delete(written);
        }
        else
        {
            Directory.Delete(written, recursive: true);
        }
    }
}
