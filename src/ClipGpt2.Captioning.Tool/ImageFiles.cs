namespace ClipGpt2.Captioning.Tool;

/// <summary>The pictures that a command line names.</summary>
internal static class ImageFiles
{
    /// <summary>The usual extensions of the formats that are decoded. (A file that is named itself may have any.)</summary>
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm",
    };

    /// <summary>Whether a file's name is a picture's.</summary>
    public static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>Files as they were named, and in place of a folder the pictures directly in it, by name.</summary>
    /// <exception cref="CaptioningException">A folder holds no picture.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths) => [.. paths.SelectMany(path => Directory.Exists(path) ? InFolder(path) : [path])];

    private static string[] InFolder(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new CaptioningException($"The folder '{folder}' holds no pictures: no file in it ends in {string.Join(", ", Extensions)}.");
    }
}
