using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The low-rank adapters that a run trained, which a checkpoint holds in place of the decoder's weights.</summary>
internal static class CheckpointAdapters
{
    /// <summary>The section that describes them, in the form of PEFT's <c>adapter_config.json</c>.</summary>
    public const string Section = "adapter_config";

    private const string Decoder = "gpt.";

    /// <summary>The description of a captioner's adapters; null if it has none.</summary>
    /// <param name="captioner">The captioner.</param>
    /// <param name="gpt2">The checkpoint's section of the decoder, whose model the adapters name as their base: PEFT loads it by that.</param>
    public static JsonObject? Describe(Captioner captioner, JsonNode? gpt2) => (captioner.Decoder as Gpt2CaptionDecoder)?.Model.Adapters is { } adapters
        ? (adapters with { BaseModel = (gpt2 as JsonObject)?["model"]?.GetValue<string>() ?? adapters.BaseModel }).ToJson()
        : null;

    /// <summary>Whether two configurations describe the same adapters.</summary>
    public static bool AreSame(LoraConfig one, LoraConfig other) => Plain(one)!.ToJson().ToJsonString() == Plain(other)!.ToJson().ToJsonString();

    /// <summary>The base's weights with the checkpoint's adapters merged into them; null if it has none.</summary>
    /// <exception cref="CheckpointFormatException">The adapters don't fit the base: every fault is listed.</exception>
    public static ITensorSource? Merge(CheckpointContent content, ModelFolder folder, Gpt2Config config)
    {
        if (Find(content) is not { } adapters)
        {
            return null;
        }

        using var weights = new PartOfTensors(content.Tensors, Decoder);
        return Gpt2Adapters.Merge(config, folder.Weights, adapters, weights);
    }

    /// <summary>Puts the checkpoint's adapters beside the weights of a captioner that has none.</summary>
    /// <returns>The model that has them only now; null if there was nothing to do.</returns>
    /// <exception cref="CheckpointFormatException">The captioner has others, or they don't fit it.</exception>
    public static Gpt2Model? Attach(CheckpointContent content, Captioner captioner)
    {
        if (Find(content) is not { } adapters)
        {
            return null;
        }

        var location = content.Tensors.Location;
        var model = (captioner.Decoder as Gpt2CaptionDecoder)?.Model
            ?? throw new CheckpointFormatException($"'{location}' holds low-rank adapters of GPT-2, and the captioner's decoder is {captioner.Decoder.GetType()}.");
        if (model.Adapters is { } present)
        {
            return AreSame(present, adapters) ? null : throw new CheckpointFormatException($"'{location}' holds other adapters than are beside the captioner's weights: load the captioner anew.");
        }

        using var weights = new PartOfTensors(content.Tensors, Decoder);
        model.AddAdapters(adapters, weights);
        return model;
    }

    private static LoraConfig? Find(CheckpointContent content) => content.Metadata.ContainsKey(Section) ? LoraConfig.Read(content.Section(Section)) : null;

    /// <summary>Where the adapters came from doesn't matter.</summary>
    private static LoraConfig? Plain(LoraConfig? config) => config is null ? null : config with { BaseModel = null };
}
