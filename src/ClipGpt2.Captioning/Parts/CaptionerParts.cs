using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Parts;

/// <summary>The registry of the kinds of parts, by the names that captioners' folders, checkpoints and configurations call them; a host adds its own.</summary>
/// <remarks>Fill it before it is used; reading is safe from any number of threads.</remarks>
public sealed class CaptionerParts
{
    /// <summary>Creates a registry that holds the library's own kinds.</summary>
    public CaptionerParts() => BuiltInParts.AddTo(this);

    internal KindTable<IImageEncoder> Encoders { get; } = new(PartRole.Encoder);

    internal KindTable<IPrefixProjector> Projectors { get; } = new(PartRole.Projector);

    internal KindTable<ICaptionDecoder> Decoders { get; } = new(PartRole.Decoder);

    internal KindTable<Tokenizer> Tokenizers { get; } = new(PartRole.Tokenizer);

    internal KindTable<ITextEncoder> TextEncoders { get; } = new(PartRole.TextEncoder);

    /// <summary>The names of all kinds, whatever part they are of.</summary>
    internal IEnumerable<string> Kinds => Encoders.Names.Concat(Projectors.Names).Concat(Decoders.Names).Concat(TextEncoders.Names).Concat(Tokenizers.Names).Distinct();

    /// <summary>Adds a kind of encoder, or replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts Add(PartKind<IImageEncoder> kind) => Add(Encoders, kind);

    /// <summary>Adds a kind of projector, or replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts Add(PartKind<IPrefixProjector> kind) => Add(Projectors, kind);

    /// <summary>Adds a kind of decoder, or replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts Add(PartKind<ICaptionDecoder> kind) => Add(Decoders, kind);

    /// <summary>Adds a kind of tokenizer, or replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts Add(PartKind<Tokenizer> kind) => Add(Tokenizers, kind);

    /// <summary>Adds a kind of text encoder, or replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts Add(PartKind<ITextEncoder> kind) => Add(TextEncoders, kind);

    private CaptionerParts Add<T>(KindTable<T> kinds, PartKind<T> kind)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(kind);
        kinds.Add(kind);
        return this;
    }
}
