using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>A part of a configuration: a file, or an option of the command line that replaces a value.</summary>
/// <param name="Source">The file or the option, for messages.</param>
/// <param name="Json">An object as the file's.</param>
internal sealed record ConfigurationPart(string Source, JsonElement Json)
{
    /// <summary>Reads <c>section.key=value</c>.</summary>
    /// <exception cref="ConfigurationException">It is of another form.</exception>
    public static ConfigurationPart FromOverride(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var names = equals < 0 ? [] : text[..equals].Split('.');
        if (names.Length == 0 || names.Any(string.IsNullOrWhiteSpace))
        {
            throw new ConfigurationException($"--set {text}: this sets nothing: give section.key=value, as training_config.batch_size=32.");
        }

        var value = names.Reverse().Aggregate(Value(text[(equals + 1)..]), (inner, name) => new JsonObject { [name] = inner });
        return new ConfigurationPart($"--set {text}", JsonSerializer.SerializeToElement(value));
    }

    /// <summary>The value at a path, or null.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> path)
    {
        var json = Json;
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        return json;
    }

    /// <summary>What isn't JSON is a text: nobody wants to quote a file's name twice.</summary>
    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
