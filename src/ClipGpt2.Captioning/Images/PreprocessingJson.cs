using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Images;

/// <summary>All that decides how a picture becomes pixels, as one JSON object with sorted keys: equal text is equal preprocessing.</summary>
internal static class PreprocessingJson
{
    /// <summary>The keys of what comes before the steps on a decoded picture.</summary>
    private static readonly string[] Decoding = ["alpha_background", "apply_orientation", "decoder", "fidelity"];

    /// <summary>All of it.</summary>
    /// <param name="preprocessor">What is done to a decoded picture.</param>
    /// <param name="decoder">What decodes pictures.</param>
    /// <param name="decoding">And how.</param>
    public static string Of(ImagePreprocessor preprocessor, IImageDecoder decoder, ImageDecodingOptions decoding)
    {
        var steps = Of(preprocessor.Options);
        var identity = (decoder as IFormatDecoder)?.Identity ?? decoder.GetType().FullName;
        JsonNode?[] values = [decoding.Background is { } color ? $"{color.R}, {color.G}, {color.B}" : null, decoding.TurnsByOrientation, identity, decoding.Fidelity.ToString()];
        var all = steps.Select(step => KeyValuePair.Create(step.Key, step.Value?.DeepClone())).Concat(Decoding.Zip(values, KeyValuePair.Create));
        return new JsonObject(all.OrderBy(step => step.Key, StringComparer.Ordinal)).ToJsonString();
    }

    /// <summary>Of all that decides how a picture becomes pixels, what is done to the decoded one.</summary>
    /// <exception cref="JsonException">The text isn't a JSON object.</exception>
    public static string Steps(string preprocessing)
    {
        var steps = Parse(preprocessing);
        Array.ForEach(Decoding, key => steps.Remove(key));
        return steps.ToJsonString();
    }

    /// <summary>What is done to a decoded picture.</summary>
    public static JsonObject Of(ImagePreprocessorOptions options) => new()
    {
        ["center_crop"] = options.CenterCrop,
        ["convert_rgb"] = options.ConvertRgb,
        ["crop_size"] = Size(options.CropSize),
        ["exact_size"] = Size(options.ExactSize),
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
    };

    /// <summary>The keys at which two such objects differ, with both values.</summary>
    /// <param name="stored">The one.</param>
    /// <param name="now">The other.</param>
    /// <param name="place">Where the one is from, for messages.</param>
    public static IEnumerable<string> Differences(string stored, string now, string place = "in the store")
    {
        var (one, other) = (Parse(stored), Parse(now));
        return one.Select(p => p.Key).Union(other.Select(p => p.Key))
            .Where(key => !JsonNode.DeepEquals(one[key], other[key]))
            .Select(key => $"preprocessing.{key}: {Text(one[key])} {place}, {Text(other[key])} now");
    }

    /// <exception cref="JsonException">The text isn't a JSON object.</exception>
    public static JsonObject Parse(string json) => JsonNode.Parse(json) as JsonObject ?? throw new JsonException("it isn't an object");

    private static JsonObject? Size(ImageSize? size) => size is { } s ? new() { ["height"] = s.Height, ["width"] = s.Width } : null;

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => [.. numbers.Select(n => JsonValue.Create(n))];

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
