namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Finds the pictures of a folder by their extensions, in ordinal order.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm",
    };

    /// <summary>The extensions of the formats that are decoded, for messages.</summary>
    public static string Known => string.Join(", ", Extensions);

    /// <summary>Whether a file's name is a picture's.</summary>
    public static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file));

    /// <exception cref="CaptioningException">There is no such folder, or it can't be read.</exception>
    public static IReadOnlyList<string> In(string folder, bool recursive)
    {
        if (!Directory.Exists(folder))
        {
            throw new CaptioningException($"There is no folder '{folder}': give the folder that holds the pictures.");
        }

        try
        {
            return [.. Directory.EnumerateFiles(folder, "*", recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
                .Where(IsPicture)
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptioningException($"The folder '{folder}' can't be read: {e.Message}", e);
        }
    }
}
