using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The projector, which starts with fresh weights: <c>projector_config</c>. Sizes that a kind has no use for are ignored.</summary>
public sealed class ProjectorSection
{
    /// <summary>The kind: the reference program's linear layer with tanh, a plain linear layer, ClipCap's MLP or transformer, or none where an embedding has GPT-2's hidden size.</summary>
    /// <value>The default is <c>linear_tanh</c>.</value>
    [ProjectorNames]
    public string Kind { get; set; } = LinearTanhProjector.Kind;

    /// <summary>The size between the two layers of an MLP; null for ClipCap's.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, 1 << 20)]
    public int? IntermediateSize { get; set; }

    /// <summary>The number of vectors that the transformer makes of an embedding before it reads them; null for the length of the prefix.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, 1024)]
    public int? ClipLength { get; set; }

    /// <summary>The transformer's number of layers.</summary>
    /// <value>The default is 8, ClipCap's.</value>
    [JsonPropertyName("num_layers")]
    [Range(1, 1024)]
    public int Layers { get; set; } = 8;

    /// <summary>The transformer's number of heads, which divides GPT-2's hidden size.</summary>
    /// <value>The default is 8, ClipCap's.</value>
    [JsonPropertyName("num_heads")]
    [Range(1, 1024)]
    public int Heads { get; set; } = 8;

    /// <summary>Whether embeddings are divided by their length first (ClipCap's <c>normalize_prefix</c>).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool NormalizeEmbeddings { get; set; }

    /// <summary>Whether the projector passes features as they are, so that their size must be the decoder's.</summary>
    [JsonIgnore]
    internal bool PassesFeatures => ToConfig(1, new(1), 1).PassesFeatures;

    /// <summary>The section with the sizes of what the projector stands between.</summary>
    internal ProjectorConfig ToConfig(int prefixLength, FeatureShape features, int hiddenSize) => new()
    {
        Kind = Kind,
        PrefixLength = features.Length ?? prefixLength,
        EmbeddingDimension = features.Size,
        FeatureLength = features.Length,
        HiddenSize = hiddenSize,
        IntermediateSize = IntermediateSize,
        ClipLength = ClipLength,
        Layers = Layers,
        Heads = Heads,
        NormalizeEmbeddings = NormalizeEmbeddings,
    };
}
