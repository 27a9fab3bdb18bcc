namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Joins paths as the reference program does with Python's <c>pathlib</c> on Linux, on every system, so that one file serves them all.</summary>
internal static class ImagePath
{
    /// <summary>A folder and a path within it with single slashes and without <c>.</c>; an absolute path stands for itself.</summary>
    public static string Join(string folder, string path)
    {
        var whole = path.StartsWith('/') ? path : $"{folder}/{path}";
        var parts = whole.Split('/').Where(part => part is not ("" or "."));
        var joined = (whole.StartsWith('/') ? "/" : "") + string.Join('/', parts);
        return joined.Length == 0 ? "." : joined;
    }
}
