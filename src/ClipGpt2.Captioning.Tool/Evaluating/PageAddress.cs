namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>Addresses of files for a page that lies beside or above them, or elsewhere.</summary>
internal static class PageAddress
{
    /// <summary>The address of a file as the page has to give it: relative to the page's folder, so that both can be moved or served together.</summary>
    /// <param name="file">The file, relative to the current folder or not.</param>
    /// <param name="page">The page, likewise.</param>
    public static string Of(string file, string page)
    {
        var path = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(page))!, Path.GetFullPath(file));

        // On another drive there is no way from here to there.
        return Path.IsPathRooted(path)
            ? new Uri(path).AbsoluteUri
            : string.Join('/', path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Select(Uri.EscapeDataString));
    }
}
