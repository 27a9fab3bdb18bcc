using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClipGpt2.Captioning.Pipeline;
using CsvHelper;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Which fields of a table's lines hold the caption and the picture.</summary>
/// <remarks>A first line that could be either a header or data is refused: taken for the wrong one, a caption is read as a picture, or a header as a caption.</remarks>
/// <param name="Caption">The caption's index.</param>
/// <param name="Image">The picture's index.</param>
internal sealed record CsvColumns(int Caption, int Image)
{
    /// <summary>Finds the columns by the first line.</summary>
    /// <returns>Whether the line is a header.</returns>
    /// <exception cref="CaptioningException">There is no such column, or the line may be anything.</exception>
    public static bool Find(CsvReader first, string path, CsvColumnOptions options, [NotNull] out CsvColumns? columns)
    {
        string[] fields = [.. Enumerable.Range(0, first.FieldCount).Select(i => StrictUtf8.Decode(first.GetSpan(i), $"'{path}', line {first.LineNumber}"))];
        var line = new FirstLine(fields, path, options);
        var header = options.Header ?? line.IsHeader();
        columns = header ? line.Named() : line.Placed();
        return header;
    }

    /// <summary>The first line, and what to make of it.</summary>
    private sealed class FirstLine(string[] fields, string path, CsvColumnOptions options)
    {
        private readonly IReadOnlyList<string> _captionNames = options.Caption is { } caption && Numbered(caption) is null ? [caption] : ColumnNames.Captions;
        private readonly IReadOnlyList<string> _imageNames = options.Image is { } image && Numbered(image) is null ? [image] : ColumnNames.Images;

        /// <summary>Whether two fields are names of columns, and if not, whether one is a picture.</summary>
        public bool IsHeader()
        {
            string[] names = [.. _captionNames, .. _imageNames];
            if (fields.Count(field => names.Any(name => ColumnNames.Matches(field, name))) >= 2)
            {
                return true;
            }

            return fields.Any(IsPicture) ? false : throw Wrong(
                $"is neither a header nor a picture with its caption: of its fields ({ColumnNames.Quoted(fields)}) none ends as a picture's file does, and fewer than two are names " +
                $"of columns: {ColumnNames.Quoted(_imageNames)} for the picture, {ColumnNames.Quoted(_captionNames)} for the caption. Name the columns or the separator, " +
                $"or set {nameof(CsvColumnOptions)}.{nameof(options.Header)} = false if the first line is data");
        }

        public CsvColumns Named() => Checked(Numbered(options.Caption) ?? IndexOf(_captionNames), Numbered(options.Image) ?? IndexOf(_imageNames));

        /// <summary>The columns of a table without header: the picture's is told by its ending; where none has one, the caption is the first and the picture the second.</summary>
        public CsvColumns Placed()
        {
            var caption = options.Caption is null ? (int?)null : Numbered(options.Caption) ?? -1;
            var image = options.Image is null ? PictureBeside(caption) : Numbered(options.Image) ?? -1;
            return Checked(caption ?? CaptionBeside(image), image);
        }

        private int PictureBeside(int? caption)
        {
            int[] pictures = [.. Enumerable.Range(0, fields.Length).Where(i => i != caption && IsPicture(fields[i]))];
            return pictures.Length switch
            {
                0 => 1,
                1 => pictures[0],
                _ => throw Wrong($"has {pictures.Length} fields that end as a picture's file does ({ColumnNames.Quoted(pictures.Select(i => fields[i]))}): "
                    + $"give the number of the picture's column as {nameof(CsvColumnOptions)}.{nameof(options.Image)}"),
            };
        }

        private int CaptionBeside(int image) => fields.Length <= 2 || (options.Header == false && image == 1)
            ? (image == 0 ? 1 : 0)
            : throw Wrong($"has {fields.Length - 1} fields beside the picture: give the number of the caption's column as {nameof(CsvColumnOptions)}.{nameof(options.Caption)}");

        private CsvColumns Checked(int caption, int image)
        {
            foreach (var (index, chosen, names, meant) in new[] { (caption, options.Caption, _captionNames, "caption"), (image, options.Image, _imageNames, "image") })
            {
                if (index < 0 || index >= fields.Length)
                {
                    var wanted = chosen ?? (index < 0 ? string.Join("', '", names) : $"{index + 1}");
                    throw Wrong($"has no column '{wanted}' for the {meant}; it has {fields.Length}: {ColumnNames.Quoted(fields)}. Name another column or the separator");
                }
            }

            return new(caption, image);
        }

        private int IndexOf(IReadOnlyList<string> names) =>
            names.Select(name => Array.FindIndex(fields, field => ColumnNames.Matches(field, name))).FirstOrDefault(index => index >= 0, -1);

        private CaptioningException Wrong(string what) => new($"'{path}', line 1: {what}.");
    }

    private static bool IsPicture(string field) =>
        ImageFiles.IsPicture(field.Trim())
        || field.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || field.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static int? Numbered(string? column) => int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number - 1 : null;
}
