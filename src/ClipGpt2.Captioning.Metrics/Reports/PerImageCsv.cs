using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>Writes each image's figures to a table.</summary>
public static class PerImageCsv
{
    /// <summary>The columns that come first, where the result has them.</summary>
    private static readonly string[] FirstColumns = ["bleu_1", "bleu_2", "bleu_3", "bleu_4", "meteor", "rouge_l", "cider"];

    /// <summary>Writes a file, whole or not at all: <c>image_id</c>, the standard metrics, further ones by name; figures in full precision.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public static void Write(EvaluationResult result, string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        Write(result, writer);
    });

    /// <summary>Writes the table to a writer.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="writer">Stays open.</param>
    public static void Write(EvaluationResult result, TextWriter writer)
    {
        var scores = result.Scores
            .OrderBy(s => Array.IndexOf(FirstColumns, s.Key) is var place && place < 0 ? FirstColumns.Length : place)
            .ThenBy(s => s.Key, StringComparer.Ordinal)
            .ToList();
        writer.Write(CsvFormat.Line(["image_id", .. scores.Select(s => s.Key)]));
        for (var i = 0; i < result.Corpus.Images.Count; i++)
        {
            writer.Write(CsvFormat.Line([result.Corpus.Images[i].Id, .. scores.Select(s => s.PerImage[i].ToString("R", CultureInfo.InvariantCulture))]));
        }
    }
}
