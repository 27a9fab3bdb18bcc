using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>The sizes of a CLIP in OpenAI's form, from the shapes of its weights.</summary>
/// <remarks>Source: openai/CLIP's <c>build_model</c>. What no shape tells is a rule there: heads of 64 numbers.</remarks>
internal static class OpenAiClipSizes
{
    /// <summary>The weight that every image tower of this form has.</summary>
    public const string FirstWeight = OpenAiClipNames.Visual + "conv1.weight";

    private const int HeadSize = 64;
    private const double Epsilon = 1e-5;
    private const string Pool = OpenAiClipNames.Visual + "attnpool";

    /// <summary>Whether the image tower is a ModifiedResNet.</summary>
    public static bool IsResNet(StoredSizes sizes) => sizes.Has($"{Pool}.c_proj.weight");

    /// <summary>The image tower.</summary>
    /// <param name="sizes">The weights' shapes.</param>
    /// <param name="activation">The activation of its blocks by Hugging Face's name.</param>
    /// <exception cref="CheckpointFormatException">A tensor is missing or of another form.</exception>
    public static IClipTowerConfig Vision(StoredSizes sizes, string activation) => IsResNet(sizes) ? ResNet(sizes) : VisionTransformer(sizes, activation);

    /// <summary>The text tower, or null if there is none.</summary>
    /// <param name="sizes">The weights' shapes.</param>
    /// <param name="activation">The activation of its blocks by Hugging Face's name.</param>
    /// <exception cref="CheckpointFormatException">A tensor is missing or of another form.</exception>
    public static ClipTextConfig? Text(StoredSizes sizes, string activation)
    {
        const string Tokens = "token_embedding.weight", Blocks = "transformer.resblocks.";
        if (!sizes.Has(Tokens))
        {
            return null;
        }

        const string Width = "ln_final.weight";
        var width = sizes.Size(Width, 0, 1);
        var transformer = new TransformerConfig
        {
            HiddenSize = width,
            Layers = sizes.Count(Blocks),
            Heads = Heads(sizes, Width, width),
            IntermediateSize = sizes.Size($"{Blocks}0.mlp.c_fc.weight", 0, 2),
            Activation = Activations.Parse(activation)!.Value,
            Epsilon = Epsilon,
        };
        return new ClipTextConfig(transformer, sizes.Size(Tokens, 0, 2), sizes.Size("positional_embedding", 0, 2), ClipTextConfig.LargestId, sizes.Size("text_projection", 1, 2));
    }

    private static ClipVisionConfig VisionTransformer(StoredSizes sizes, string activation)
    {
        const string Blocks = OpenAiClipNames.Visual + "transformer.resblocks.";
        var (width, patch) = (sizes.Size(FirstWeight, 0, 4), sizes.Size(FirstWeight, 2, 4));
        return new ClipVisionConfig
        {
            HiddenSize = width,
            Layers = sizes.Count(Blocks),
            Heads = Heads(sizes, FirstWeight, width),
            IntermediateSize = sizes.Size($"{Blocks}0.mlp.c_fc.weight", 0, 2),
            HiddenActivation = activation,
            LayerNormEpsilon = Epsilon,
            PatchSize = patch,
            ImageSize = patch * sizes.Grid($"{OpenAiClipNames.Visual}positional_embedding"),
            Channels = sizes.Size(FirstWeight, 1, 4),
            ProjectionSize = sizes.Size($"{OpenAiClipNames.Visual}proj", 1, 2),
        };
    }

    private static ModifiedResNetConfig ResNet(StoredSizes sizes)
    {
        const string Positions = Pool + ".positional_embedding";
        return new ModifiedResNetConfig(
            [.. Enumerable.Range(1, 4).Select(stage => sizes.Count($"{OpenAiClipNames.Visual}layer{stage}."))],
            sizes.Size($"{OpenAiClipNames.Visual}layer1.0.conv1.weight", 0, 4),
            Heads(sizes, Positions, sizes.Size(Positions, 1, 2)),
            ModifiedResNetConfig.Reduction * sizes.Grid(Positions),
            sizes.Size($"{Pool}.c_proj.weight", 0, 2));
    }

    private static int Heads(StoredSizes sizes, string name, int width) => width switch
    {
        // OpenCLIP's large towers: ViT-H-14, ViT-g-14, ViT-bigG-14 and ViT-e-14.
        1280 when name == FirstWeight => 1280 / 80,
        1408 when name == FirstWeight => 1408 / 88,
        1664 when name == FirstWeight => 1664 / 104,
        1792 when name == FirstWeight => 1792 / 112,
        _ when width % HeadSize == 0 => width / HeadSize,
        _ => throw sizes.Wrong(name, $"tells a width of {width}, which heads of {HeadSize} don't divide: put the model's '{OpenClipConfig.FileName}' beside the file, which says how many heads there are"),
    };
}
