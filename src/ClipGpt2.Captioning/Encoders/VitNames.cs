using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>ViT's and DeiT's weights as transformers saves them, or by the names of its own modules from version 5 on.</summary>
/// <param name="source">The weights.</param>
internal sealed partial class VitNames(ITensorSource source) : WeightNameMap
{
    private static readonly (string Old, string New)[] Parts =
    [
        ("attention.attention.query", "attention.q_proj"), ("attention.attention.key", "attention.k_proj"), ("attention.attention.value", "attention.v_proj"),
        ("attention.output.dense", "attention.o_proj"), ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
    ];

    private readonly bool _isNew = source.Tensors.ContainsKey("layers.0.layernorm_before.weight");

    public override string StoredName(string name) => _isNew && Block().Match(name) is { Success: true } block
        ? $"layers.{block.Groups["layer"].Value}.{Renamed(block.Groups["part"].Value)}{block.Groups["kind"].Value}"
        : name;

    /// <summary>The pooling layer and the token in the place of hidden patches, which no caption asks for.</summary>
    public override bool IsBuffer(string storedName) => storedName.StartsWith("pooler.", StringComparison.Ordinal) || storedName == "embeddings.mask_token";

    private static string Renamed(string part) => Array.Find(Parts, names => names.Old == part).New ?? part;

    [GeneratedRegex(@"^encoder\.layer\.(?<layer>\d+)\.(?<part>.+)(?<kind>\.(weight|bias))\z")]
    private static partial Regex Block();
}
