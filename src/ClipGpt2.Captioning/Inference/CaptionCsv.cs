using ClipGpt2.Captioning.Weights;
using CsvHelper;

namespace ClipGpt2.Captioning.Inference;

/// <summary>Writes captions, row by row as they come, as the CSV table that Python's <c>csv.DictWriter</c> makes of them.</summary>
/// <remarks>Lines end in CR LF, a field is quoted only where a comma, a quote or a part of a line's end is in it, UTF-8 comes without a byte-order mark.</remarks>
internal sealed class CaptionCsv(string path) : IDisposable
{
    private FileStream? _file;
    private CsvWriter? _csv;

    /// <summary>Writes the header, in place of a table that is there, unless that was done.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Begin()
    {
        if (_csv is not null)
        {
            return;
        }

        AtomicFile.MakeFolderOf(path);
        Guard(() =>
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            _csv = CsvWriter.Create(_file, CsvWriterOptions.Default, leaveOpen: true);
            _csv.WriteHeader("image_id", "model_name", "caption");
        });
    }

    /// <summary>Writes a row at once, so that whoever ends the run leaves it there.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Add(InferredCaption row)
    {
        Begin();
        Guard(() =>
        {
            _csv!.WriteRecord(row.ImageId, row.ModelName, row.Caption);
            _csv.Flush();
            _file!.Flush();
        });
    }

    /// <summary>Ends the table.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void End()
    {
        Begin();
        Guard(() =>
        {
            _csv!.Dispose();
            _file!.Flush(flushToDisk: true);
        });
        Dispose();
    }

    public void Dispose()
    {
        _file?.Dispose();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw new InferenceOutputException($"'{path}' can't be written: {e.Message}", e);
        }
    }
}
