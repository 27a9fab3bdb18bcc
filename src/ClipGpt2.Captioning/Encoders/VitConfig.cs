using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a configuration says of a ViT or a DeiT.</summary>
/// <param name="Transformer">The blocks.</param>
/// <param name="Patches">How pictures are cut.</param>
/// <param name="HasDistillationToken">Whether it is a DeiT, which has a second token of its own before the patches.</param>
internal sealed record VitConfig(TransformerConfig Transformer, PatchSizes Patches, bool HasDistillationToken)
{
    public const string Vit = "vit";
    public const string Deit = "deit";

    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 768, Layers = 12, Heads = 12, IntermediateSize = 3072, Activation = Activation.Gelu, Epsilon = 1e-12,
    };

    /// <summary>The positions that a picture takes.</summary>
    public long Tokens => (HasDistillationToken ? 2 : 1) + Patches.Count;

    /// <exception cref="CheckpointFormatException">It is of another kind of model, or a field is wrong.</exception>
    public static VitConfig Read(ConfigSection section)
    {
        var kind = section.Text("model_type");
        if (kind is not (Vit or Deit))
        {
            throw section.Error("model_type", $"is '{kind}', and must be '{Vit}' or '{Deit}'");
        }

        var transformer = TransformerConfig.Read(ConfigKeys.Check(section, kind), Defaults) with { QkvBias = section.Flag("qkv_bias", true) };
        var (height, width) = Sides(section, "image_size", 224);
        var (patchHeight, patchWidth) = Sides(section, "patch_size", 16);
        return patchHeight <= height && patchWidth <= width
            ? new(transformer, new(height, width, patchHeight, patchWidth, TransformerConfig.Positive(section, "num_channels", 3)), kind == Deit)
            : throw section.Error("patch_size", $"must be at most image_size ({height} x {width}), and is {patchHeight} x {patchWidth}");
    }

    /// <summary>One number for both sides, or height and width.</summary>
    private static (int Height, int Width) Sides(ConfigSection section, string name, int fallback) => (section.Has(name) ? section.Ints(name) : [fallback]) switch
    {
        [> 0 and var side] => (side, side),
        [> 0 and var height, > 0 and var width] => (height, width),
        var sides => throw section.Error(name, $"must be a number above 0, or two (height and width), and is [{string.Join(", ", sides)}]"),
    };
}
