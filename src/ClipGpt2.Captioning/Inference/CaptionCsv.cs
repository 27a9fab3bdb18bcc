using CsvHelper;

namespace ClipGpt2.Captioning.Inference;

/// <summary>Writes captions as the CSV table that Python's <c>csv.DictWriter</c> makes of them.</summary>
/// <remarks>Lines end in CR LF, a field is quoted only where a comma, a quote or a part of a line's end is in it, UTF-8 comes without a byte-order mark.</remarks>
internal static class CaptionCsv
{
    /// <exception cref="CaptioningException">The file can't be written; what was there before stays.</exception>
    public static void Write(string path, IEnumerable<InferredCaption> rows)
    {
        AtomicFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default, leaveOpen: true);
            csv.WriteHeader("image_id", "model_name", "caption");
            foreach (var row in rows)
            {
                csv.WriteRecord(row.ImageId, row.ModelName, row.Caption);
            }
        });
    }
}
