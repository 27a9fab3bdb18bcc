using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Puts a checkpoint's weights into a captioner of the same models.</summary>
internal static class CheckpointWeights
{
    /// <exception cref="CheckpointFormatException">A tensor has no place in the parts or another shape, or pictures or model files are read in another way; nothing was changed.</exception>
    public static void Put(CheckpointContent content, PartSet parts)
    {
        CheckpointPreprocessing.RefuseOther(content, parts.Encoder.Preprocessor.Options);
        RefuseOtherReading(content, parts);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var adapted = CheckpointAdapters.Attach(content, parts);
        var weights = CheckpointTensors.Writable(parts);
        string[] faults = [.. content.Tensors.Tensors.Values.Select(info => Fault(info, weights)).OfType<string>().Order(StringComparer.Ordinal)];
        if (faults.Length > 0)
        {
            adapted?.RemoveAdapters();
            throw new CheckpointFormatException($"'{content.Tensors.Location}' doesn't fit the captioner:{string.Concat(faults.Select(fault => Environment.NewLine + "  " + fault))}");
        }

        foreach (var name in content.Tensors.Tensors.Keys)
        {
            weights[name].copy_(content.Tensors.Read(name));
        }
    }

    /// <summary>A decoder's files must be read as they were in the training, where the checkpoint says how that was.</summary>
    private static void RefuseOtherReading(CheckpointContent content, PartSet parts)
    {
        var section = parts.NamesOf(PartRole.Decoder).Section;
        if (!content.Has(section) || parts.Decoder is not ISavablePart decoder)
        {
            return;
        }

        var description = new JsonObject();
        decoder.Describe(description);
        var now = RecordedCompatibility.Find(ConfigSection.Parse(section, JsonSerializer.SerializeToUtf8Bytes(description))) ?? default;
        if (RecordedCompatibility.Find(content.Section(section)) is { } trained && now != trained)
        {
            throw new CheckpointFormatException(
                $"'{content.Tensors.Location}' was trained with the decoder's files as {RecordedCompatibility.Name(trained)} reads them, and the captioner's are read as {RecordedCompatibility.Name(now)} does: load it with CaptionerOptions.Compatibility (in a configuration, {section}.compatibility) as the checkpoint was.");
        }
    }

    private static string? Fault(TensorInfo info, IReadOnlyDictionary<string, Tensor> weights) => weights.TryGetValue(info.Name, out var weight)
        ? info.Shape.SequenceEqual(weight.shape) ? null : $"misshapen: '{info.Name}' is [{string.Join(", ", info.Shape)}] and must be [{string.Join(", ", weight.shape)}]"
        : $"unexpected: '{info.Name}' (is its part loaded as trainable?)";
}
