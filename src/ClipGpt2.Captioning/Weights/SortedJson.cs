using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Weights;

/// <summary>JSON whose objects have their keys in ordinal order: equal content is equal text.</summary>
internal static class SortedJson
{
    public static string Text(JsonNode? node) => Sorted(node)?.ToJsonString() ?? "null";

    /// <summary>A number as JSON, which has none that isn't finite.</summary>
    public static string Number(double? value) => value is { } number && double.IsFinite(number) ? JsonSerializer.Serialize(number) : "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new KeyValuePair<string, JsonNode?>(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
