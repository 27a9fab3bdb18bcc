using System.Buffers;
using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace ClipGpt2.Captioning.Inference;

/// <summary>Writes captions as the CSV table that Python's <c>csv.DictWriter</c> makes of them.</summary>
/// <remarks>Lines end in CR LF, a field is quoted only where a comma, a quote or a part of a line's end is in it, UTF-8 comes without a byte-order mark.</remarks>
internal static class CaptionTable
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    /// <exception cref="CaptioningException">The file can't be written; what was there before stays.</exception>
    public static void Write(string path, IEnumerable<InferredCaption> rows)
    {
        AtomicFile.MakeFolderOf(path);
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            using var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                NewLine = "\r\n",
                ShouldQuote = field => field.Field.AsSpan().ContainsAny(Quoted),
            });
            WriteLine(csv, "image_id", "model_name", "caption");
            foreach (var row in rows)
            {
                WriteLine(csv, row.ImageId, row.ModelName, row.Caption);
            }
        });
    }

    private static void WriteLine(CsvWriter csv, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
    }
}
