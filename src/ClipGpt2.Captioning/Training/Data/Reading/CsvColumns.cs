using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CsvHelper;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Which fields of a table's lines hold the caption and the picture.</summary>
/// <param name="Caption">The caption's index.</param>
/// <param name="Image">The picture's index.</param>
internal sealed record CsvColumns(int Caption, int Image)
{
    /// <summary>Finds the columns by the first line.</summary>
    /// <returns>Whether the line is a header.</returns>
    /// <exception cref="CaptioningException">There is no such column.</exception>
    public static bool Find(CsvReader first, string path, CsvColumnOptions options, [NotNull] out CsvColumns? columns)
    {
        string[] fields = [.. Enumerable.Range(0, first.FieldCount).Select(i => StrictUtf8.Decode(first.GetSpan(i), $"'{path}', line {first.LineNumber}"))];
        var (caption, image) = (IndexOf(fields, options.Caption ?? "caption"), IndexOf(fields, options.Image ?? "image"));
        var header = options.Header ?? (caption >= 0 && image >= 0);
        columns = header
            ? new CsvColumns(Numbered(options.Caption) ?? caption, Numbered(options.Image) ?? image)
            : new CsvColumns(Numbered(options.Caption ?? "1") ?? -1, Numbered(options.Image ?? "2") ?? -1);
        columns.Check(fields, path, options);
        return header;
    }

    private void Check(string[] fields, string path, CsvColumnOptions options)
    {
        var known = string.Join(", ", fields.Select(field => $"'{field.Trim()}'"));
        foreach (var (index, chosen, meant) in new[] { (Caption, options.Caption, "caption"), (Image, options.Image, "image") })
        {
            if (index < 0 || index >= fields.Length)
            {
                var wanted = chosen ?? (index < 0 ? meant : $"{index + 1}");
                throw new CaptioningException(
                    $"'{path}', line 1: has no column '{wanted}' for the {meant}; it has {fields.Length}: {known}. Name another column or the separator.");
            }
        }
    }

    private static int IndexOf(string[] fields, string name) => Array.FindIndex(fields, field => field.Trim().Equals(name, StringComparison.OrdinalIgnoreCase));

    private static int? Numbered(string? column) => int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number - 1 : null;
}
