using ClipGpt2.Captioning.Encoders.Transformer;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a CLIP folder's <c>config.json</c> says of its towers, in every form that transformers has written.</summary>
internal static class ClipConfig
{
    public const string FullModel = "clip";
    public const string VisionModel = "clip_vision_model";

    private const int DefaultProjection = 512;

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

    /// <summary>Whether the configuration is a full model's.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model.</exception>
    public static bool HasText(ConfigSection config) => Kind(config, FullModel, VisionModel) == FullModel;

    private static string Kind(ConfigSection config, params ReadOnlySpan<string> kinds) => config.Text("model_type") is var kind && kinds.Contains(kind)
        ? kind
        : throw config.Error("model_type", $"is '{kind}', and must be {string.Join(" or ", kinds.ToArray().Select(k => $"'{k}'"))}");

    /// <summary>Old files have a second section whose name ends in <c>_dict</c>; where it has a value, transformers lets it win.</summary>
    private static ConfigSection Tower(ConfigSection config, string name) => config.FindSection($"{name}_dict") ?? config.Section(name);

    private static int Projection(ConfigSection config) => TransformerConfig.Positive(config, "projection_dim", DefaultProjection);
}

/// <summary>The text tower's sizes, and the id at which a text is pooled.</summary>
internal sealed record ClipTextConfig(TransformerConfig Transformer, int Vocabulary, int Positions, int EndId, int ProjectionSize)
{
    /// <summary>
    /// The <see cref="EndId"/> of a text that is pooled at its largest id, as OpenAI's program does it. Configurations from before transformers 4.31
    /// have this value, which isn't the end token of CLIP's vocabulary, and the reference then does the same.
    /// </summary>
    public const int LargestId = 2;

    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 512, Layers = 12, Heads = 8, IntermediateSize = 2048, Activation = Activation.QuickGelu, Epsilon = 1e-5,
    };

    public static ClipTextConfig Read(ConfigSection section, int projection) => new(
        TransformerConfig.Read(section, Defaults),
        TransformerConfig.Positive(section, "vocab_size", 49408),
        TransformerConfig.Positive(section, "max_position_embeddings", 77),
        section.Int("eos_token_id", 49407),
        projection);
}
