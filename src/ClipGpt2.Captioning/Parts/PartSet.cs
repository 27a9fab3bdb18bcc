using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Parts;

/// <summary>The parts of a captioner, which stay its own, with the kinds that they are of.</summary>
internal sealed record PartSet(CaptionerParts Kinds, IImageEncoder Encoder, IPrefixProjector Projector, ICaptionDecoder Decoder, Tokenizer Tokenizer)
{
    /// <summary>How the program searches that the captioner comes from; null if there is none.</summary>
    public ProgramSearch? Search { get; init; }

    /// <summary>The parts with weights by their roles.</summary>
    public IEnumerable<(string Role, object Part)> Modules => [(PartRole.Encoder, Encoder), (PartRole.Projector, Projector), (PartRole.Decoder, Decoder)];

    /// <summary>What checkpoints call the part of a role.</summary>
    public CheckpointNames NamesOf(string role) => role switch
    {
        PartRole.Encoder => Of(Kinds.Encoders, Encoder),
        PartRole.Projector => Of(Kinds.Projectors, Projector),
        PartRole.Decoder => Of(Kinds.Decoders, Decoder),
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    private static CheckpointNames Of<T>(KindTable<T> kinds, T part)
        where T : class =>
        (part as ISavablePart is { } savable ? kinds.Find(savable.Kind)?.Names : null) ?? CheckpointNames.Of(kinds.Role);
}
