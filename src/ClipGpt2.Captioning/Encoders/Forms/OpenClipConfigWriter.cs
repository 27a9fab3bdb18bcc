using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Resampling;
using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>Writes the <c>open_clip_config.json</c> of a CLIP with a ModifiedResNet, which <see cref="OpenClipConfig"/> and OpenCLIP read.</summary>
internal static class OpenClipConfigWriter
{
    private const double UsualRatio = 4;

    /// <param name="vision">The image tower.</param>
    /// <param name="text">The text tower, or null if there is none.</param>
    /// <param name="preprocessing">How pictures become pixels.</param>
    /// <exception cref="CaptioningException">The file has no form for an option or a size.</exception>
    public static JsonObject Write(ModifiedResNetConfig vision, ClipTextConfig? text, ImagePreprocessorOptions preprocessing) => new()
    {
        ["model_cfg"] = new JsonObject
        {
            ["embed_dim"] = vision.ProjectionSize,
            ["quick_gelu"] = text is null || text.Transformer.Activation switch
            {
                Activation.QuickGelu => true,
                Activation.Gelu => false,
                var other => throw Unknown($"the activation '{other.Name()}'"),
            },
            ["vision_cfg"] = new JsonObject
            {
                ["image_size"] = vision.ImageSize,
                ["layers"] = new JsonArray([.. vision.Layers.Select(count => (JsonNode)count)]),
                ["width"] = vision.Width,
                ["head_width"] = vision.PooledSize / vision.Heads,
                ["patch_size"] = null,
            },
            ["text_cfg"] = text is null ? new JsonObject() : Text(text),
        },
        ["preprocess_cfg"] = Preprocessing(vision, preprocessing),
    };

    private static JsonObject Text(ClipTextConfig text)
    {
        var (sizes, ratio) = (text.Transformer, (double)text.Transformer.IntermediateSize / text.Transformer.HiddenSize);
        var json = new JsonObject
        {
            ["context_length"] = text.Positions,
            ["vocab_size"] = text.Vocabulary,
            ["width"] = sizes.HiddenSize,
            ["heads"] = sizes.Heads,
            ["layers"] = sizes.Layers,
        };
        if (ratio != UsualRatio)
        {
            json["mlp_ratio"] = ratio;
        }

        return json;
    }

    private static JsonObject Preprocessing(ModifiedResNetConfig vision, ImagePreprocessorOptions options)
    {
        var (side, usual) = (new ImageSize(vision.ImageSize, vision.ImageSize), new ImagePreprocessorOptions());
        var isSquashed = options is { ExactSize: not null, CenterCrop: false };
        var isCropped = options is { ExactSize: null, CenterCrop: true } && options.ShortestEdge == side.Width && options.CropSize == side;
        var isUsual = options.Resize && options.ConvertRgb && options.Rescale && options.Normalize && options.RescaleFactor == usual.RescaleFactor;
        if (!isUsual || !(isCropped || (isSquashed && options.ExactSize == side)))
        {
            throw Unknown($"a preprocessing that leaves a step out or makes other pictures than {side.Width} x {side.Height}");
        }

        return new()
        {
            ["mean"] = Numbers(options.Mean),
            ["std"] = Numbers(options.StandardDeviation),
            ["interpolation"] = options.Resample switch
            {
                ResampleFilter.Bicubic => "bicubic",
                ResampleFilter.Bilinear => "bilinear",
                var other => throw Unknown($"the filter {other}"),
            },
            ["resize_mode"] = isSquashed ? "squash" : "shortest",
        };
    }

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => [.. numbers.Select(n => (JsonNode)n)];

    private static CaptioningException Unknown(string what) => new($"{OpenClipConfig.FileName} has no form for {what}.");
}
