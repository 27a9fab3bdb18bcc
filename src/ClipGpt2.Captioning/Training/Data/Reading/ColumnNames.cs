namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>The names by which data sets call a picture and its caption, in headers of tables and in JSON; where several stand side by side, the first of these counts.</summary>
internal static class ColumnNames
{
    public static IReadOnlyList<string> Images { get; } =
        ["image", "image_path", "image_file", "image_name", "file_name", "filename", "file_path", "filepath", "file", "path", "img", "img_path", "image_url", "url"];

    public static IReadOnlyList<string> Captions { get; } = ["caption", "captions", "text", "sentence", "comment", "description", "title"];

    /// <summary>Whether a field of a header has a name, whatever its capitals and with blanks or hyphens for underscores.</summary>
    public static bool Matches(string field, string name) =>
        field.Trim().Replace(' ', '_').Replace('-', '_').Equals(name.Trim().Replace(' ', '_').Replace('-', '_'), StringComparison.OrdinalIgnoreCase);

    /// <summary>Names for messages.</summary>
    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name.Trim()}'"));
}
