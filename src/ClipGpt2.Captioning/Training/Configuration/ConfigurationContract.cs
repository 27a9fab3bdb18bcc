using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The keys of the configuration's sections, out of their types: reading, checking, writing and the schema go by one contract.</summary>
internal static class ConfigurationContract
{
    /// <summary>Names in snake_case, enumerations by name.</summary>
    public static JsonSerializerOptions Json { get; } = CreateJson();

    /// <summary>The keys of a section, in the order of its properties.</summary>
    public static IReadOnlyList<ConfigurationKey> KeysOf(Type section) =>
        [.. Json.GetTypeInfo(section).Properties.Where(property => property.Get is not null).Select(property => new ConfigurationKey(property))];

    /// <summary>A name as JSON has it, such as an enumeration's; or any value as it would stand in the file.</summary>
    public static string Text(object? value) => JsonSerializer.Serialize(value, Json);

    /// <summary>A section as JSON on one line, its keys sorted, so that equal configurations give equal texts.</summary>
    public static string SortedText(object section) => SortedJson.Text(JsonSerializer.SerializeToNode(section, Json));

    private static JsonSerializerOptions CreateJson()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }
}
