using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Metrics.Reports;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>What a check of a data set found.</summary>
/// <remarks>Immutable. Files are written whole or not at all.</remarks>
public sealed record CaptionDatasetReport
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>How many examples were looked at.</summary>
    public required long Examples { get; init; }

    /// <summary>How many pictures they have.</summary>
    public required int Images { get; init; }

    /// <summary>The problems in the order of the examples.</summary>
    public required IReadOnlyList<CaptionDatasetProblem> Problems { get; init; }

    /// <summary>How many problems there are of a kind.</summary>
    /// <param name="kind">The kind.</param>
    public int Count(CaptionDatasetProblemKind kind) => Problems.Count(problem => problem.Kind == kind);

    /// <summary>Writes one JSON object a line for each problem: <c>kind, index, image_id, location, message, examples</c>.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void WriteJsonLines(string path) => Write(path, Problems.Select(problem => JsonSerializer.Serialize(problem, Form) + "\n"));

    /// <summary>Writes a table of the problems with the same columns.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void WriteCsv(string path) => Write(path, Problems.Select(Row).Prepend(CsvFormat.Line(["kind", "index", "image_id", "location", "message", "examples"])));

    private static string Row(CaptionDatasetProblem problem) => CsvFormat.Line(
    [
        JsonNamingPolicy.SnakeCaseLower.ConvertName(problem.Kind.ToString()), problem.Index.ToString(CultureInfo.InvariantCulture),
        problem.ImageId, problem.Location ?? "", problem.Message, problem.Examples.ToString(CultureInfo.InvariantCulture),
    ]);

    private static void Write(string path, IEnumerable<string> lines) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        foreach (var line in lines)
        {
            writer.Write(line);
        }
    });
}
