using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a SigLIP folder's <c>config.json</c> says of its towers.</summary>
internal static class SiglipConfig
{
    public const string FullModel = "siglip";
    public const string VisionModel = "siglip_vision_model";

    /// <summary>The image tower of a full model's or of a vision model's configuration.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or a field is wrong.</exception>
    public static SiglipVisionConfig Vision(ConfigSection config) => ConfigKeys.Check(config, FullModel).Text("model_type") switch
    {
        FullModel => SiglipVisionConfig.Read(config.SectionOrEmpty("vision_config")),
        VisionModel => SiglipVisionConfig.Read(config),
        var kind => throw config.Error("model_type", $"is '{kind}', and must be '{FullModel}' or '{VisionModel}'"),
    };

    /// <summary>The text tower of a full model's configuration.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or a field is wrong.</exception>
    public static SiglipTextConfig Text(ConfigSection config) => ConfigKeys.Check(config, FullModel).Text("model_type") is var kind && kind == FullModel
        ? SiglipTextConfig.Read(config.SectionOrEmpty("text_config"))
        : throw config.Error("model_type", $"is '{kind}', and must be '{FullModel}'");
}

/// <summary>The image tower's sizes.</summary>
internal sealed record SiglipVisionConfig(TransformerConfig Transformer, int ImageSize, int PatchSize, int Channels)
{
    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 768, Layers = 12, Heads = 12, IntermediateSize = 3072, Activation = Activation.GeluTanh, Epsilon = 1e-6,
    };

    public static SiglipVisionConfig Read(ConfigSection section)
    {
        var config = new SiglipVisionConfig(
            TransformerConfig.Read(ConfigKeys.Check(section, SiglipConfig.VisionModel), Defaults),
            TransformerConfig.Positive(section, "image_size", 224),
            TransformerConfig.Positive(section, "patch_size", 16),
            TransformerConfig.Positive(section, "num_channels", 3));
        if (!section.Flag("vision_use_head", true))
        {
            throw section.Error("vision_use_head", "is false: without its pooling head the tower gives no embedding");
        }

        return config.PatchSize <= config.ImageSize
            ? config
            : throw section.Error("patch_size", $"must be at most image_size ({config.ImageSize}), and is {config.PatchSize}");
    }
}

/// <summary>The text tower's sizes.</summary>
internal sealed record SiglipTextConfig(TransformerConfig Transformer, int Vocabulary, int Positions, int ProjectionSize)
{
    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 768, Layers = 12, Heads = 12, IntermediateSize = 3072, Activation = Activation.GeluTanh, Epsilon = 1e-6,
    };

    public static SiglipTextConfig Read(ConfigSection section)
    {
        var transformer = TransformerConfig.Read(ConfigKeys.Check(section, "siglip_text_model"), Defaults);
        return new(
            transformer,
            TransformerConfig.Positive(section, "vocab_size", 32000),
            TransformerConfig.Positive(section, "max_position_embeddings", 64),
            TransformerConfig.Positive(section, "projection_size", transformer.HiddenSize));
    }
}
