using System.Text.Json;

namespace ClipGpt2.Captioning.Metrics.Coco;

/// <summary>Reads JSON files of the COCO form, with errors that name the file and the place.</summary>
internal static class CocoJson
{
    public static JsonDocument Parse(string path)
    {
        var bytes = TextFile.Bytes(path, "JSON");
        try
        {
            // A byte-order mark is no JSON, but Windows tools write it.
            var start = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
            return JsonDocument.Parse(bytes.AsMemory(start));
        }
        catch (JsonException e)
        {
            throw new CaptioningException($"'{path}', line {e.LineNumber + 1}: not valid JSON ({e.Message})", e);
        }
    }

    /// <summary>The elements of a list with their places.</summary>
    public static IEnumerable<(JsonElement Element, string Place)> Items(JsonElement list, string path, string place)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(path, place, "is not a list");
        }

        return list.EnumerateArray().Select((element, i) => (element, $"{place}[{i}]"));
    }

    public static JsonElement Member(JsonElement element, string name, string path, string place) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : throw Wrong(path, place, $"has no '{name}'");

    /// <summary>An id, a number or a text.</summary>
    public static string Id(JsonElement element, string name, string path, string place)
    {
        var value = Member(element, name, path, place);
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => Text(value, path, $"{place}.{name}"),
            _ => throw Wrong(path, $"{place}.{name}", "is neither a number nor a text"),
        };
    }

    public static string Caption(JsonElement element, string path, string place)
    {
        var value = Member(element, "caption", path, place);
        return value.ValueKind == JsonValueKind.String ? Text(value, path, $"{place}.caption") : throw Wrong(path, $"{place}.caption", "is not a text");
    }

    public static CaptioningException Wrong(string path, string place, string what) => new($"'{path}', {place}: {what}.");

    private static string Text(JsonElement value, string path, string place)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(path, place, "holds half of a surrogate pair");
        }
    }
}
