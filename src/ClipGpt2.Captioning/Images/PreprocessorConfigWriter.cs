using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Images;

/// <summary>Writes the <c>preprocessor_config.json</c> that <see cref="PreprocessorConfig"/> and Hugging Face's <c>CLIPImageProcessor</c> read.</summary>
internal static class PreprocessorConfigWriter
{
    /// <exception cref="CaptioningException">The file has no form for an option.</exception>
    public static JsonObject Write(ImagePreprocessorOptions options)
    {
        if (options.Transform != ImageTransform.HuggingFace || options.Squash is not null)
        {
            throw new CaptioningException(
                $"{PreprocessorConfig.FileName} has no form for {nameof(ImagePreprocessorOptions)}.{(options.Squash is null ? nameof(options.Transform) : nameof(options.Squash))}: leave it at its default to save the preprocessor.");
        }

        return new JsonObject
        {
            ["crop_size"] = Size(options.CropSize),
            ["do_center_crop"] = options.CenterCrop,
            ["do_convert_rgb"] = options.ConvertRgb,
            ["do_normalize"] = options.Normalize,
            ["do_rescale"] = options.Rescale,
            ["do_resize"] = options.Resize,
            ["image_mean"] = Numbers(options.Mean),
            ["image_processor_type"] = "CLIPImageProcessor",
            ["image_std"] = Numbers(options.StandardDeviation),
            ["resample"] = (int)options.Resample,
            ["rescale_factor"] = options.RescaleFactor,
            ["size"] = options.ExactSize is { } size ? Size(size) : new JsonObject { ["shortest_edge"] = options.ShortestEdge },
        };
    }

    private static JsonObject Size(ImageSize size) => new() { ["height"] = size.Height, ["width"] = size.Width };

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => [.. numbers.Select(n => (JsonNode)n)];
}
