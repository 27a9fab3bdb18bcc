using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning;

/// <summary>The kinds of parts by the names that a captioner's <c>captioner.json</c> calls them; a host adds its own, and <see cref="Captioner.FromPretrained"/> finds them.</summary>
/// <remarks>Fill it before it is used; reading is safe from any number of threads.</remarks>
public sealed class CaptionerParts
{
    private readonly Dictionary<string, Func<PartContext, IImageEncoder>> _encoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<PartContext, IPrefixProjector>> _projectors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<PartContext, ICaptionDecoder>> _decoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<PartContext, ITextEncoder>> _textEncoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<PartContext, Tokenizer>> _tokenizers = new(StringComparer.Ordinal);

    /// <summary>The names of all kinds, whatever part they are of.</summary>
    internal IEnumerable<string> Kinds => _encoders.Keys.Concat(_projectors.Keys).Concat(_decoders.Keys).Concat(_textEncoders.Keys).Concat(_tokenizers.Keys).Distinct();

    /// <summary>Creates a registry that holds the library's own kinds.</summary>
    public CaptionerParts() => BuiltInParts.AddTo(this);

    /// <summary>Adds a kind of encoder, or replaces one.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="create">Loads one.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts AddEncoder(string kind, Func<PartContext, IImageEncoder> create) => Add(_encoders, kind, create);

    /// <summary>Adds a kind of projector, or replaces one.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="create">Loads one.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts AddProjector(string kind, Func<PartContext, IPrefixProjector> create) => Add(_projectors, kind, create);

    /// <summary>Adds a kind of decoder, or replaces one.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="create">Loads one.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts AddDecoder(string kind, Func<PartContext, ICaptionDecoder> create) => Add(_decoders, kind, create);

    /// <summary>Adds a kind of tokenizer, or replaces one.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="create">Loads one.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts AddTokenizer(string kind, Func<PartContext, Tokenizer> create) => Add(_tokenizers, kind, create);

    /// <summary>Adds a kind of text encoder, or replaces one.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="create">Loads one.</param>
    /// <returns>This registry.</returns>
    public CaptionerParts AddTextEncoder(string kind, Func<PartContext, ITextEncoder> create) => Add(_textEncoders, kind, create);

    internal IImageEncoder CreateEncoder(PartContext context) => Find(_encoders, "encoder", context)(context);

    internal IPrefixProjector CreateProjector(PartContext context) => Find(_projectors, "projector", context)(context);

    internal ICaptionDecoder CreateDecoder(PartContext context) => Find(_decoders, "decoder", context)(context);

    internal Tokenizer CreateTokenizer(PartContext context) => Find(_tokenizers, "tokenizer", context)(context);

    internal ITextEncoder CreateTextEncoder(PartContext context) => Find(_textEncoders, "text encoder", context)(context);

    private CaptionerParts Add<T>(Dictionary<string, T> kinds, string kind, T create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        kinds[kind] = create;
        return this;
    }

    private static T Find<T>(Dictionary<string, T> kinds, string part, PartContext context) =>
        kinds.TryGetValue(context.Kind, out var create)
            ? create
            : throw context.Description.Error(
                "kind",
                $"is '{context.Kind}', which is no known {part}: the known ones are {string.Join(", ", kinds.Keys.Order(StringComparer.Ordinal))}; a host adds its own to CaptionerOptions.Parts");
}

/// <summary>What a part is loaded from.</summary>
/// <param name="Description">The part's section of <c>captioner.json</c>: its kind and whatever else the kind stores there.</param>
/// <param name="Path">The file or folder that the section names, as a full path.</param>
/// <param name="Compute">Where and how to compute.</param>
public sealed record PartContext(ConfigSection Description, string Path, ComputeOptions Compute)
{
    /// <summary>The captioner's tokenizer, for a decoder that needs it; null while the tokenizer itself is loaded.</summary>
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>Whose reading of a model's files is followed where the versions of transformers differ.</summary>
    public ModelCompatibility Compatibility { get; init; }

    /// <summary>Is told what is odd about a part's files.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The kind of part.</summary>
    public string Kind => Description.Text("kind");
}
