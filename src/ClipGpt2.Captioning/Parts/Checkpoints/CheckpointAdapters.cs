using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>The low-rank adapters that a run trained, which a checkpoint holds in place of the decoder's weights.</summary>
internal static class CheckpointAdapters
{
    /// <summary>The section that describes them, in the form of PEFT's <c>adapter_config.json</c>.</summary>
    public const string Section = "adapter_config";

    /// <summary>The description of a decoder's adapters; null if it has none.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="section">The checkpoint's section of the decoder, whose model the adapters name as their base: PEFT loads it by that.</param>
    public static JsonObject? Describe(ICaptionDecoder decoder, JsonObject section) => (decoder as IAdaptable)?.Adapters is { } adapters
        ? (adapters with { BaseModel = section[CheckpointReader.ModelName]?.GetValue<string>() ?? adapters.BaseModel }).ToJson()
        : null;

    /// <summary>Whether two configurations describe the same adapters.</summary>
    public static bool AreSame(LoraConfig one, LoraConfig other) => Plain(one).ToJson().ToJsonString() == Plain(other).ToJson().ToJsonString();

    /// <summary>Puts the checkpoint's adapters beside the weights of a decoder that has none.</summary>
    /// <returns>The decoder that has them only now; null if there was nothing to do.</returns>
    /// <exception cref="CheckpointFormatException">The decoder has others, or they don't fit it.</exception>
    public static IAdaptable? Attach(CheckpointContent content, PartSet parts)
    {
        if (!content.Has(Section))
        {
            return null;
        }

        var adapters = LoraConfig.Read(content.Section(Section));
        var location = content.Tensors.Location;
        var decoder = parts.Decoder as IAdaptable
            ?? throw new CheckpointFormatException($"'{location}' holds low-rank adapters, and the captioner's decoder ({parts.Decoder.GetType()}) can't have any.");
        if (decoder.Adapters is { } present)
        {
            return AreSame(present, adapters) ? null : throw new CheckpointFormatException($"'{location}' holds other adapters than are beside the captioner's weights: load the captioner anew.");
        }

        using var weights = new PartOfTensors(content.Tensors, parts.NamesOf(PartRole.Decoder).NamePrefix);
        decoder.AddAdapters(adapters, weights);
        return decoder;
    }

    /// <summary>Where the adapters came from doesn't matter.</summary>
    private static LoraConfig Plain(LoraConfig config) => config with { BaseModel = null };
}
