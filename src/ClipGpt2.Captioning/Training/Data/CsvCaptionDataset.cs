using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Training.Data.Reading;
using CsvHelper;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>A table of captions and pictures: values separated by commas or tabs, with or without a header (Conceptual Captions).</summary>
/// <remarks>
/// Which columns count is <see cref="CaptionDatasetOptions.Columns"/>; every line must have as many fields as the first. Conceptual Captions'
/// own files have addresses in place of pictures: see <see cref="CaptionDatasetOptions.Picture"/>. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class CsvCaptionDataset : CaptionFileDataset
{
    private CsvCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">The file can't be read, has another form or lacks a column; the message names the line.</exception>
    public static CsvCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var table = new CaptionTable(path, options, options.ImageFolder);
        using var csv = CsvReader.Create(DataFile.Open(path, "a table of captions and pictures"), Form(path, options.Columns), leaveOpen: false);
        try
        {
            CsvColumns? columns = null;
            while (TextFile.Guard(path, "a table", csv.Read))
            {
                token.ThrowIfCancellationRequested();
                if (columns is not null || !CsvColumns.Find(csv, path, options.Columns, out columns))
                {
                    AddRow(table, csv, columns);
                }
            }
        }
        catch (CsvFormatException e)
        {
            throw new CaptioningException($"'{path}', line {e.LineNumber}: {e.Message}", e);
        }

        return new CsvCaptionDataset(table);
    }

    private protected override string Location(CaptionEntry entry) => $"{Path}:{entry.Place}";

    private static void AddRow(CaptionTable table, CsvReader csv, CsvColumns columns)
    {
        var line = $"'{table.Path}', line {csv.LineNumber}";
        CaptioningException Wrong(string field, string what) => new($"{line}: the {field} {what}.");
        var caption = StrictUtf8.Decode(csv.GetSpan(columns.Caption), $"{line}, the caption");
        var image = table.Image(StrictUtf8.Decode(csv.GetSpan(columns.Image), $"{line}, the image"), what => Wrong("image", what));
        table.Add(new CaptionEntry(caption, image, (int)csv.LineNumber, 0), what => Wrong("caption", what));
    }

    private static CsvReaderOptions Form(string path, CsvColumnOptions columns)
    {
        var separator = columns.Separator ?? (path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        return CsvReaderOptions.Default with
        {
            Separator = separator,
            Mode = separator == '\t' ? CsvMode.NoEscape : CsvMode.Rfc4180,
            HasHeader = false,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = DataFile.MaxElementBytes,
            FieldCountMismatch = CsvFieldCountHandling.Throw,
        };
    }
}
