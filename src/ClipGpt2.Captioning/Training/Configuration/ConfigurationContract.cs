using System.Globalization;
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
    /// <param name="section">The section's type.</param>
    /// <param name="kinds">The names that are known; null for the library's own.</param>
    public static IReadOnlyList<ConfigurationKey> KeysOf(Type section, TrainingKinds? kinds = null)
    {
        kinds ??= new();
        return [.. Json.GetTypeInfo(section).Properties.Where(property => property.Get is not null).Select(property => ConfigurationKey.Of(property, kinds))];
    }

    /// <summary>A name as JSON has it, such as an enumeration's; or any value as it would stand in the file.</summary>
    public static string Text(object? value) => value switch
    {
        // Code can hold what JSON has no words for.
        double number when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        Enum when !Enum.IsDefined(value.GetType(), value) => value.ToString()!,
        _ => JsonSerializer.Serialize(value, Json),
    };

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
