namespace ClipGpt2.Captioning.Layers;

/// <summary>What the names of an encoder's block's weights begin with, part by part.</summary>
/// <param name="AttentionNorm">The norm before the attention, or behind it.</param>
/// <param name="Query">The attention's layers.</param>
/// <param name="Key">The same.</param>
/// <param name="Value">The same.</param>
/// <param name="Mix">What mixes the heads.</param>
/// <param name="FeedForwardNorm">The norm before the two linear layers, or behind them.</param>
/// <param name="Inner">The first of the two linear layers.</param>
/// <param name="Outer">The second one.</param>
internal sealed record BlockNames(string AttentionNorm, string Query, string Key, string Value, string Mix, string FeedForwardNorm, string Inner, string Outer)
{
    /// <summary>Those of Hugging Face's CLIP and SigLIP.</summary>
    public static BlockNames Clip(string name) => new(
        $"{name}.layer_norm1", $"{name}.self_attn.q_proj", $"{name}.self_attn.k_proj", $"{name}.self_attn.v_proj", $"{name}.self_attn.out_proj",
        $"{name}.layer_norm2", $"{name}.mlp.fc1", $"{name}.mlp.fc2");

    /// <summary>Those of Hugging Face's BERT.</summary>
    public static BlockNames Bert(string name) => new(
        $"{name}.attention.output.LayerNorm", $"{name}.attention.self.query", $"{name}.attention.self.key", $"{name}.attention.self.value", $"{name}.attention.output.dense",
        $"{name}.output.LayerNorm", $"{name}.intermediate.dense", $"{name}.output.dense");

    /// <summary>Those of Hugging Face's ViT and DeiT.</summary>
    public static BlockNames Vit(string name) => new(
        $"{name}.layernorm_before", $"{name}.attention.attention.query", $"{name}.attention.attention.key", $"{name}.attention.attention.value", $"{name}.attention.output.dense",
        $"{name}.layernorm_after", $"{name}.intermediate.dense", $"{name}.output.dense");
}
