using System.Text.Json;
using ClipGpt2.Captioning.Metrics.Comparison;

namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>Writes an evaluation's figures as JSON.</summary>
public static class EvaluationJson
{
    /// <summary>Writes the corpus's figures with their intervals: <c>{"images": N, "metrics": [{"name", "scores": [{"key", "value", "low", "high"}], "details"}]}</c>.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="stream">Where to write; it stays open.</param>
    /// <param name="intervals">How the intervals are estimated; null to leave them out.</param>
    public static void Write(EvaluationResult result, Stream stream, BootstrapOptions? intervals = null)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("images", result.Corpus.Images.Count);
        writer.WriteString("tokenization", result.Corpus.Tokenization.ToString());
        writer.WriteStartArray("metrics");
        foreach (var metric in result.Metrics)
        {
            writer.WriteStartObject();
            writer.WriteString("name", metric.Name);
            writer.WriteStartArray("scores");
            foreach (var score in metric.Scores)
            {
                WriteScore(writer, score, intervals);
            }

            writer.WriteEndArray();
            WriteDetails(writer, metric.Details);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter writer, MetricScore score, BootstrapOptions? intervals)
    {
        writer.WriteStartObject();
        writer.WriteString("key", score.Key);
        WriteNumber(writer, "value", score.Corpus);
        if (intervals is not null)
        {
            var interval = Bootstrap.Interval(score, intervals);
            WriteNumber(writer, "low", interval.Low);
            WriteNumber(writer, "high", interval.High);
        }

        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> details)
    {
        writer.WriteStartObject("details");
        foreach (var (name, value) in details)
        {
            WriteNumber(writer, name, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>JSON has no NaN: a figure that is no number is null.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
