namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Finds the pictures of a folder by their extensions, in ordinal order.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm",
    };

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
                .Where(file => Extensions.Contains(Path.GetExtension(file)))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptioningException($"The folder '{folder}' can't be read: {e.Message}", e);
        }
    }
}
