using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>A captioner's weights under the names and in the shapes of the reference program's state dict: <c>gpt.</c>, <c>projector.</c>, <c>clip.</c></summary>
internal static class CheckpointTensors
{
    private const string Decoder = "gpt.";
    private const string Projector = "projector.";
    private const string Encoder = "clip.";

    /// <summary>The weights that are trained, in the current dispose scope.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> Of(Captioner captioner, IReadOnlyList<TrainedWeight> trained)
    {
        var all = Writable(captioner);
        return trained.Select(weight => NameOf(weight)).Select(name => new KeyValuePair<string, Tensor>(name, all[name]));
    }

    /// <summary>The weights of those parts that are trainable, as views through which they can be changed, in the current dispose scope.</summary>
    public static IReadOnlyDictionary<string, Tensor> Writable(Captioner captioner) =>
        Trainable(captioner.Encoder, Encoder).Concat(Named(captioner.Projector, Projector)).Concat(OfDecoder(captioner.Decoder)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The weights of projector and decoder, which must be trainable, in the current dispose scope.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> OfProjectorAndDecoder(Captioner captioner) =>
        Named(captioner.Projector, Projector).Concat(OfDecoder(captioner.Decoder));

    private static string NameOf(TrainedWeight weight)
    {
        var inPart = weight.Name[(weight.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return weight.Part switch
        {
            PartKind.Encoder => Encoder + inPart,
            PartKind.Projector => Projector + inPart,
            _ => Decoder + inPart,
        };
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(object part, string beginning) => part is ITrainable trainable
        ? trainable.NamedParameters().Select(p => new KeyValuePair<string, Tensor>(beginning + p.Key, p.Value.detach()))
        : [];

    /// <summary>GPT-2's files have the blocks' matrices the other way round, and adapters beside them.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> OfDecoder(ICaptionDecoder decoder) => decoder is Gpt2CaptionDecoder gpt2
        ? gpt2.Model.StoredTensors().Select(p => new KeyValuePair<string, Tensor>(Decoder + p.Key, InScope(p.Value)))
            .Concat(gpt2.Model.AdapterWeights().Select(p => new KeyValuePair<string, Tensor>(Decoder + p.Key, p.Value.detach())))
        : Named(decoder, Decoder);

    /// <summary>An encoder that is frozen is usually packed, and then no checkpoint has weights for it.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> Trainable(object part, string beginning)
    {
        try
        {
            return [.. Named(part, beginning)];
        }
        catch (CaptioningException)
        {
            return [];
        }
    }

    private static Tensor InScope(Tensor detached)
    {
        using (detached)
        {
            return detached.alias();
        }
    }
}
