using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Weights;

/// <content>Fields that may be of several kinds.</content>
public sealed partial class ConfigSection
{
    /// <summary>A field that is there, as it stands in the file.</summary>
    internal JsonElement Value(string name) => _fields.Need(name, "there").Json;

    /// <summary>The whole section as it stands in the file.</summary>
    internal JsonObject ToJson() => JsonNode.Parse(_fields.Json.GetRawText())!.AsObject();

    /// <summary>An object that may be absent: without it, one without fields, so that all of its have their defaults.</summary>
    /// <exception cref="CheckpointFormatException">It is there and not an object.</exception>
    internal ConfigSection SectionOrEmpty(string name) => FindSection(name) ?? new(JsonField.Of(File, JsonSerializer.SerializeToElement(new JsonObject()), Failure, $"{_fields.At}.{name}"));

    /// <summary>Whether a field is there as a text.</summary>
    internal bool IsText(string name) => _fields.Find(name) is { IsText: true };

    /// <summary>Whether a field turns something on: it is true, or a list or an object with something in it.</summary>
    internal bool IsOn(string name) => _fields.Find(name)?.Json switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.Object } section => section.EnumerateObject().Any(),
        _ => false,
    };

    /// <summary>Whether a field is there as a number, or as a text that isn't empty.</summary>
    internal bool IsPlain(string name) => _fields.Find(name) is { Json.ValueKind: JsonValueKind.Number } || (IsText(name) && Text(name).Length > 0);

    /// <summary>A list of texts that must be there.</summary>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    internal IReadOnlyList<string> Texts(string name) => [.. List(name, "a list of texts").Select(item => item.AsText())];
}
