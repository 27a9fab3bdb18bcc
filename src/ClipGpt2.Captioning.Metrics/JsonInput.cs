using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>Reads the bytes of a JSON file, with errors that say where in the file they are.</summary>
internal static class JsonInput
{
    /// <param name="bytes">The file's content, with or without a byte-order mark.</param>
    /// <param name="source">What messages begin with: the file.</param>
    /// <param name="error">Makes the exception of a message and its cause.</param>
    /// <param name="options">What is let through beyond JSON; null for nothing.</param>
    /// <exception cref="CaptioningException">It isn't JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string source, Func<string, Exception?, CaptioningException> error, JsonDocumentOptions options = default)
    {
        var json = (bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes).Span;
        if (!Utf8.IsValid(json))
        {
            throw error($"{source}: this isn't JSON: it isn't UTF-8.", null);
        }

        try
        {
            CheckTexts(json, options);
            return JsonElement.Parse(json, options);
        }
        catch (JsonException e)
        {
            throw error($"{source}: {Place(json, e)}this isn't JSON: {Reason(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw error($"{source}: this isn't JSON: a text in it isn't well-formed: {e.Message}", e);
        }
    }

    /// <summary>Finds broken escapes (half of a surrogate pair) now: the parser would throw only when somebody asks for the text.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> json, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = options.AllowTrailingCommas });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
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
