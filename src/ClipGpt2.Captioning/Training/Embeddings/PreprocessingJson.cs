using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>All that decides how a picture becomes pixels, as one JSON object with sorted keys: equal text is equal preprocessing.</summary>
internal static class PreprocessingJson
{
    public static string Of(ImagePreparation preparation)
    {
        var (options, decoding) = (preparation.Preprocessor.Options, preparation.Decoding);
        return new JsonObject
        {
            ["alpha_background"] = decoding.Background is { } color ? $"{color.R}, {color.G}, {color.B}" : null,
            ["apply_orientation"] = decoding.TurnsByOrientation,
            ["center_crop"] = options.CenterCrop,
            ["convert_rgb"] = options.ConvertRgb,
            ["crop_size"] = Size(options.CropSize),
            ["decoder"] = preparation.Decoder.GetType().FullName,
            ["exact_size"] = Size(options.ExactSize),
            ["fidelity"] = decoding.Fidelity.ToString(),
            ["mean"] = Numbers(options.Mean),
            ["normalize"] = options.Normalize,
            ["resample"] = options.Resample.ToString(),
            ["rescale"] = options.Rescale,
            ["rescale_factor"] = options.RescaleFactor,
            ["resize"] = options.Resize,
            ["shortest_edge"] = options.ShortestEdge,
            ["squash"] = Size(options.Squash),
            ["standard_deviation"] = Numbers(options.StandardDeviation),
            ["transform"] = options.Transform.ToString(),
        }.ToJsonString();
    }

    /// <summary>The keys at which two such objects differ, with both values.</summary>
    public static IEnumerable<string> Differences(string stored, string now)
    {
        var (one, other) = (Parse(stored), Parse(now));
        return one.Select(p => p.Key).Union(other.Select(p => p.Key))
            .Where(key => !JsonNode.DeepEquals(one[key], other[key]))
            .Select(key => $"preprocessing.{key}: {Text(one[key])} in the store, {Text(other[key])} now");
    }

    /// <exception cref="JsonException">The text isn't a JSON object.</exception>
    public static JsonObject Parse(string json) => JsonNode.Parse(json) as JsonObject ?? throw new JsonException("it isn't an object");

    private static JsonObject? Size(ImageSize? size) => size is { } s ? new() { ["height"] = s.Height, ["width"] = s.Width } : null;

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => [.. numbers.Select(n => JsonValue.Create(n))];

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
