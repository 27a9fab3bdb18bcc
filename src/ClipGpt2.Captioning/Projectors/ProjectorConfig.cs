using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>The kind and the sizes of a projector, as a captioner's configuration holds them.</summary>
/// <remarks>Its JSON names are those of <see cref="ToJson"/>. Sizes that a kind has no use for are ignored.</remarks>
public sealed record ProjectorConfig
{
    /// <summary>The name of the kind, such as <see cref="LinearTanhProjector.Kind"/>; a host may add its own.</summary>
    public required string Kind { get; init; }

    /// <summary>The number P of visual tokens; over a sequence of features, its length T.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>The size D of an embedding, or of each vector of a sequence of features.</summary>
    public required int EmbeddingDimension { get; init; }

    /// <summary>The size H of a visual token.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The number T of vectors in a sequence of features, for the kinds that take one (<c>identity</c>, <c>linear</c>).</summary>
    /// <value>The default is null, which stands for one vector.</value>
    public int? FeatureLength { get; init; }

    /// <summary>The size between the two layers of an MLP.</summary>
    /// <value>The default is null, which stands for ClipCap's: H * P / 2 for <c>mlp</c>, 2 * H for <c>transformer</c>.</value>
    public int? IntermediateSize { get; init; }

    /// <summary>The number of vectors that the transformer makes of an embedding before it reads them (ClipCap's <c>prefix_length_clip</c>).</summary>
    /// <value>The default is null, which stands for the prefix length.</value>
    public int? ClipLength { get; init; }

    /// <summary>The transformer's number of layers.</summary>
    /// <value>The default is 8, ClipCap's.</value>
    public int Layers { get; init; } = 8;

    /// <summary>The transformer's number of heads; it must divide H.</summary>
    /// <value>The default is 8, ClipCap's.</value>
    public int Heads { get; init; } = 8;

    /// <summary>Whether embeddings are divided by their length first (ClipCap's <c>normalize_prefix</c>).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool NormalizeEmbeddings { get; init; }

    /// <summary>Reads the configuration out of JSON.</summary>
    /// <param name="section">The object, such as a <c>projector.json</c>.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="CheckpointFormatException">A field is missing or out of range.</exception>
    public static ProjectorConfig Read(ConfigSection section) => new()
    {
        Kind = section.Text("kind"),
        PrefixLength = Size(section, "prefix_length", section.Int("prefix_length")),
        EmbeddingDimension = Size(section, "embedding_dim", section.Int("embedding_dim")),
        HiddenSize = Size(section, "hidden_size", section.Int("hidden_size")),
        FeatureLength = section.Has("feature_length") ? Size(section, "feature_length", section.Int("feature_length")) : null,
        IntermediateSize = section.Has("intermediate_size") ? Size(section, "intermediate_size", section.Int("intermediate_size")) : null,
        ClipLength = section.Has("clip_length") ? Size(section, "clip_length", section.Int("clip_length")) : null,
        Layers = Size(section, "num_layers", section.Int("num_layers", 8)),
        Heads = Size(section, "num_heads", section.Int("num_heads", 8)),
        NormalizeEmbeddings = section.Flag("normalize_embeddings", false),
    };

    /// <summary>Writes what <see cref="Read"/> reads; what the kind leaves to its default isn't written.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["kind"] = Kind,
            ["prefix_length"] = PrefixLength,
            ["embedding_dim"] = EmbeddingDimension,
            ["hidden_size"] = HiddenSize,
        };
        if (FeatureLength is { } length)
        {
            json["feature_length"] = length;
        }

        if (IntermediateSize is { } intermediate)
        {
            json["intermediate_size"] = intermediate;
        }

        if (Kind == TransformerProjector.Kind)
        {
            json["clip_length"] = ClipLength ?? PrefixLength;
            json["num_layers"] = Layers;
            json["num_heads"] = Heads;
        }

        if (NormalizeEmbeddings)
        {
            json["normalize_embeddings"] = true;
        }

        return json;
    }

    /// <summary>Whether the kind passes features as they are.</summary>
    internal bool PassesFeatures => Kind == IdentityProjector.Kind;

    /// <summary>Whether the heads, where the kind has some, divide the hidden size.</summary>
    internal bool HasFittingHeads => Kind != TransformerProjector.Kind || Heads <= 0 || HiddenSize % Heads == 0;

    /// <summary>Fails for sizes that no projector can have.</summary>
    internal ProjectorConfig Checked()
    {
        string[] errors =
        [
            .. new[] { (nameof(PrefixLength), PrefixLength), (nameof(EmbeddingDimension), EmbeddingDimension), (nameof(HiddenSize), HiddenSize), (nameof(Layers), Layers), (nameof(Heads), Heads), (nameof(FeatureLength), FeatureLength ?? 1), (nameof(IntermediateSize), IntermediateSize ?? 1), (nameof(ClipLength), ClipLength ?? 1) }
                .Where(size => size.Item2 < 1)
                .Select(size => $"{size.Item1} must be above 0, and is {size.Item2}."),
            .. !HasFittingHeads
                ? [$"{nameof(Heads)} must divide {nameof(HiddenSize)} ({HiddenSize}), and is {Heads}."]
                : Array.Empty<string>(),
            .. ShapeErrors(),
        ];
        return errors.Length == 0 ? this : throw new CaptioningException($"{nameof(ProjectorConfig)} of kind '{Kind}': {string.Join(" ", errors)}");
    }

    /// <summary>What the kind can't make of features of these shapes.</summary>
    private IEnumerable<string> ShapeErrors()
    {
        var isIdentity = Kind == IdentityProjector.Kind;
        if (FeatureLength is not null && !isIdentity && Kind != LinearProjector.Kind)
        {
            yield return $"It takes one vector for a picture, and the features are a sequence of {FeatureLength}: take '{LinearProjector.Kind}' or '{IdentityProjector.Kind}'.";
        }
        else if ((isIdentity ? FeatureLength ?? 1 : FeatureLength) is { } length && length != PrefixLength)
        {
            yield return $"{nameof(PrefixLength)} must be {length}, since each vector becomes one visual token, and is {PrefixLength}.";
        }

        if (isIdentity && EmbeddingDimension != HiddenSize)
        {
            yield return $"{nameof(EmbeddingDimension)} ({EmbeddingDimension}) must be {nameof(HiddenSize)} ({HiddenSize}), since features pass as they are: take '{LinearProjector.Kind}', or an encoder of that size.";
        }
    }

    private static int Size(ConfigSection section, string name, int value) => value > 0 ? value : throw section.Error(name, $"must be above 0, and is {value}");
}
