using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Writes a captioner that no run has just trained as a caption checkpoint: all weights of GPT-2 and projector, as the reference program's have them.</summary>
/// <remarks>The captioner's own encoder and decoder are its base models, and what it says of them holds it to them.</remarks>
internal static class CaptionerConversion
{
    /// <summary>Writes the file, or replaces it as a whole.</summary>
    /// <param name="captioner">The captioner, with decoder and projector loaded as trainable.</param>
    /// <param name="path">The <c>.safetensors</c> file.</param>
    /// <returns>How many tensors were written.</returns>
    /// <exception cref="CaptioningException">A part is of a kind that checkpoints can't tell of (all are listed), or the file can't be written.</exception>
    public static int Write(Captioner captioner, string path)
    {
        RefuseOtherKinds(captioner);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var metadata = CheckpointDescription.Of(captioner).ToDictionary(section => section.Key, section => SortedJson.Text(section.Value));
        metadata["format"] = CaptionCheckpoint.Format;
        metadata["version"] = CaptionCheckpoint.Version;
        var weights = CheckpointTensors.OfProjectorAndDecoder(captioner).ToList();
        SafetensorsWriter.Write(path, weights, metadata);
        return weights.Count;
    }

    private static void RefuseOtherKinds(Captioner captioner)
    {
        (string Part, object Instance, bool IsKnown)[] parts =
        [
            ("encoder", captioner.Encoder, captioner.Encoder is ClipImageEncoder),
            ("projector", captioner.Projector, captioner.Projector is LayeredProjector),
            ("decoder", captioner.Decoder, captioner.Decoder is Gpt2CaptionDecoder),
        ];
        var others = parts.Where(part => !part.IsKnown).Select(part => $"its {part.Part} is a {part.Instance.GetType().Name}").ToList();
        if (others.Count > 0)
        {
            throw new CaptioningException($"The captioner can't be a checkpoint, which tells of CLIP, GPT-2 and this library's projectors only: {string.Join(", ", others)}. Write it as a folder.");
        }
    }
}
