using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Reads a configuration's JSON, with errors that say where in the file they are.</summary>
internal static class ConfigurationFile
{
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for messages, such as <c>a training configuration</c>.</param>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static byte[] Read(string path, string what) => TextFile.Bytes(path, what);

    /// <exception cref="ConfigurationException">It isn't JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string source)
    {
        var json = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (!Utf8.IsValid(json.Span))
        {
            throw new ConfigurationException($"{source}: this isn't JSON: it isn't UTF-8.");
        }

        try
        {
            ConfigSection.CheckTexts(json.Span);
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{source}: {Place(json.Span, e)}this isn't JSON: {Reason(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"{source}: this isn't JSON: {e.Message}", e);
        }
    }

    private static string Place(ReadOnlySpan<byte> json, JsonException e)
    {
        if (e is not { LineNumber: { } line, BytePositionInLine: { } position })
        {
            return "";
        }

        for (var skipped = 0; skipped < line; skipped++)
        {
            json = json[(json.IndexOf((byte)'\n') + 1)..];
        }

        return $"line {line + 1}, column {Encoding.UTF8.GetCharCount(json[..(int)Math.Min(position, json.Length)]) + 1}: ";
    }

    /// <summary>Without what the parser adds for programmers: its options, and the place, counted from 0.</summary>
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = end < 0 ? e.Message : e.Message[..end];
        return reason.Replace(" Change the reader options.", "", StringComparison.Ordinal).Replace(", when isFinalBlock is true", "", StringComparison.Ordinal);
    }
}
