using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a CLIP folder's <c>config.json</c> says of its towers, in every form that transformers has written.</summary>
internal static class ClipConfig
{
    public const string FullModel = "clip";
    public const string VisionModel = "clip_vision_model";

    private const int DefaultProjection = 512;

    /// <summary>The logarithm of 1 / 0.07, rounded as Hugging Face has it.</summary>
    private const double FreshLogitScale = 2.6592;

    /// <summary>The image tower of a full model's or of a vision model's configuration.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or a field is wrong.</exception>
    public static ClipVisionConfig Vision(ConfigSection config) => Kind(config, FullModel, VisionModel) == FullModel
        ? ClipVisionConfig.Read(Tower(config, "vision_config"), Projection(config))
        : ClipVisionConfig.Read(config, Projection(config));

    /// <summary>The text tower of a full model's configuration.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or a field is wrong.</exception>
    public static ClipTextConfig Text(ConfigSection config)
    {
        _ = Kind(config, FullModel);
        return ClipTextConfig.Read(Tower(config, "text_config"), Projection(config));
    }

    /// <summary>Writes the <c>config.json</c> of a full model, which Hugging Face's <c>CLIPModel</c> and this library read.</summary>
    public static JsonObject ToJson(ClipVisionConfig vision, ClipTextConfig text)
    {
        var tower = vision.ToJson();
        tower.Remove("architectures");
        return new()
        {
            ["architectures"] = new JsonArray("CLIPModel"),
            ["initializer_factor"] = vision.InitializerFactor,
            ["logit_scale_init_value"] = FreshLogitScale,
            ["model_type"] = FullModel,
            ["projection_dim"] = text.ProjectionSize,
            ["text_config"] = text.ToJson(),
            ["vision_config"] = tower,
        };
    }

    /// <summary>Whether the configuration is a full model's.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model.</exception>
    public static bool HasText(ConfigSection config) => Kind(config, FullModel, VisionModel) == FullModel;

    private static string Kind(ConfigSection config, params ReadOnlySpan<string> kinds) => ConfigKeys.Check(config, FullModel).Text("model_type") is var kind && kinds.Contains(kind)
        ? kind
        : throw config.Error("model_type", $"is '{kind}', and must be {string.Join(" or ", kinds.ToArray().Select(k => $"'{k}'"))}");

    /// <summary>Old files have a second section whose name ends in <c>_dict</c>; where it has a value, transformers lets it win.</summary>
    private static ConfigSection Tower(ConfigSection config, string name) => config.FindSection($"{name}_dict") ?? config.SectionOrEmpty(name);

    private static int Projection(ConfigSection config) => TransformerConfig.Positive(config, "projection_dim", DefaultProjection);
}
