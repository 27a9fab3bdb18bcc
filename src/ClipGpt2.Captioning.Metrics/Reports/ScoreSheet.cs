using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>A table of models' captions to which a person gives 0 (unrelated), 1 (related but not accurate) or 2 (accurate), and the ranking that follows.</summary>
/// <remarks>
/// The form is the reference program's inference table (<c>image_id,model_name,caption</c>) with one more column, <c>score</c>, which is empty until somebody fills it in.
/// </remarks>
/// <param name="Rows">The captions, in order.</param>
public sealed record ScoreSheet(IReadOnlyList<ScoreSheetRow> Rows)
{
    /// <summary>The most that a caption can get.</summary>
    public const int MaximumScore = 2;

    private static readonly string[] Columns = ["image_id", "model_name", "caption", "score"];

    /// <summary>Reads a sheet; the column <c>score</c> may be missing or partly empty.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the line.</exception>
    public static ScoreSheet Read(string path)
    {
        var rows = new List<ScoreSheetRow>();
        List<string>? header = null;
        foreach (var (line, fields) in CsvFormat.Rows(TextFile.All(path, "a score sheet"), path))
        {
            if (header is null)
            {
                header = fields;
                var missing = Columns[..3].Where(c => !header.Contains(c)).ToList();
                Require(missing.Count == 0, path, line, $"the header lacks {string.Join(", ", missing)}; it is {string.Join(',', Columns)}");
                continue;
            }

            Require(fields.Count == header.Count, path, line, $"{fields.Count} fields where the header has {header.Count}");
            string Field(string column) => header.IndexOf(column) is >= 0 and var i ? fields[i] : "";
            rows.Add(new ScoreSheetRow(Field(Columns[0]), Field(Columns[1]), Field(Columns[2]), Score(Field(Columns[3]), path, line)));
        }

        Require(header is not null, path, 1, $"the file is empty; its header is {string.Join(',', Columns)}");
        return new ScoreSheet(rows);
    }

    /// <summary>Writes the sheet, whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write(CsvFormat.Line(Columns));
        foreach (var row in Rows)
        {
            writer.Write(CsvFormat.Line([row.ImageId, row.ModelName, row.Caption, row.Score?.ToString(CultureInfo.InvariantCulture) ?? ""]));
        }
    });

    /// <summary>Ranks the models by the sum of their scores; equal ones share a rank and the next one is left out.</summary>
    /// <exception cref="CaptioningException">A caption has no score yet.</exception>
    public IReadOnlyList<ScoreSheetRank> Rank()
    {
        var open = Rows.Where(r => r.Score is null).ToList();
        if (open.Count > 0)
        {
            throw new CaptioningException($"{open.Count} captions have no score yet, the first of them '{open[0].ImageId}' of '{open[0].ModelName}'; give each 0, 1 or 2.");
        }

        var totals = Rows.GroupBy(r => r.ModelName)
            .Select(g => (Model: g.Key, Total: g.Sum(r => r.Score!.Value), Images: g.Count()))
            .OrderByDescending(m => m.Total).ThenBy(m => m.Model, StringComparer.Ordinal)
            .ToList();
        return [.. totals.Select(m => new ScoreSheetRank(
            1 + totals.Count(other => other.Total > m.Total), m.Model, m.Total, m.Images, m.Total * 100.0 / (m.Images * MaximumScore)))];
    }

    private static int? Score(string text, string path, int line)
    {
        if (text.Trim().Length == 0)
        {
            return null;
        }

        var valid = int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var score) && score <= MaximumScore;
        Require(valid, path, line, $"the score is '{text}', not 0, 1 or 2");
        return score;
    }

    private static void Require(bool condition, string path, int line, string message)
    {
        if (!condition)
        {
            throw new CaptioningException($"'{path}', line {line}: {message}.");
        }
    }
}
