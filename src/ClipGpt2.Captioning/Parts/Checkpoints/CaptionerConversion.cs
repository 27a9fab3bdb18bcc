using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Writes a captioner that no run has just trained as a caption checkpoint: all weights of projector and decoder, as the reference program's have them.</summary>
/// <remarks>What the captioner's encoder and decoder came from are its base models, and what it says of them holds it to them.</remarks>
internal static class CaptionerConversion
{
    /// <summary>Writes the file, or replaces it as a whole.</summary>
    /// <param name="parts">The captioner's parts, with decoder and projector loaded as trainable.</param>
    /// <param name="path">The <c>.safetensors</c> file.</param>
    /// <returns>How many tensors were written.</returns>
    /// <exception cref="CaptioningException">A part can't be described by a checkpoint (all are listed), or the file can't be written.</exception>
    public static int Write(PartSet parts, string path)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var sections = CheckpointSections.Of(parts, new Dictionary<string, System.Text.Json.Nodes.JsonNode>());
        var weights = CheckpointTensors.Of(parts, (role, _) => role != PartRole.Encoder).ToList();
        SafetensorsWriter.Write(path, weights, CheckpointSections.ToMetadata(sections));
        return weights.Count;
    }
}
