using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Weights;

/// <content>Fields that may be of several kinds.</content>
public sealed partial class ConfigSection
{
    /// <summary>A field that is there, as it stands in the file.</summary>
    internal JsonElement Value(string name) => Need(name, "there");

    /// <summary>The whole section as it stands in the file.</summary>
    internal JsonObject ToJson() => JsonNode.Parse(_json.GetRawText())!.AsObject();

    /// <summary>An object that may be absent: without it, one without fields, so that all of its have their defaults.</summary>
    /// <exception cref="CheckpointFormatException">It is there and not an object.</exception>
    internal ConfigSection SectionOrEmpty(string name) => FindSection(name) ?? new(File, JsonSerializer.SerializeToElement(new JsonObject()), $"{_at}.{name}");

    /// <summary>Whether a field is there as a text.</summary>
    internal bool IsText(string name) => Find(name)?.ValueKind == JsonValueKind.String;

    /// <summary>Whether a field turns something on: it is true, or a list or an object with something in it.</summary>
    internal bool IsOn(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.Object } section => section.EnumerateObject().Any(),
        _ => false,
    };

    /// <summary>Whether a field is there as a number, or as a text that isn't empty.</summary>
    internal bool IsPlain(string name) => Find(name) is { ValueKind: JsonValueKind.Number } || (IsText(name) && Text(name).Length > 0);

    /// <summary>A list of texts that must be there.</summary>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    internal IReadOnlyList<string> Texts(string name) => Need(name, "a list of texts") switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select((item, i) => AsText(item, $"{name}[{i}]"))],
        var value => throw Wrong(name, "a list of texts", value),
    };
}
