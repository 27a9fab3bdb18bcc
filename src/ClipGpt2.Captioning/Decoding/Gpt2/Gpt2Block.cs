using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>One transformer block, normalised before each half: Hugging Face's <c>GPT2Block</c>.</summary>
internal sealed class Gpt2Block(Gpt2Config config, int layer, WeightLoader weights, string prefix) : IDisposable
{
    public LayerNorm AttentionNorm { get; } = Gpt2Weights.LayerNorm(weights, $"{prefix}.ln_1", config);

    public Gpt2Attention Attention { get; } = new(config, layer, weights, $"{prefix}.attn");

    public LayerNorm MlpNorm { get; } = Gpt2Weights.LayerNorm(weights, $"{prefix}.ln_2", config);

    public Gpt2Mlp Mlp { get; } = new(config, weights, $"{prefix}.mlp");

    /// <summary>The next hidden states [B, T, H]; what else was made on the way is freed.</summary>
    public Tensor Forward(Tensor x, CausalMask mask, IKeyValueStore? past, out KeyValue present, DropoutMasks? dropout = null)
    {
        using var scope = NewDisposeScope();
        var parts = new LayerDropout(dropout is { InFrozenParts: false } && !AttentionNorm.Weight.requires_grad ? null : dropout, dropout);
        x = Attention.Forward(AttentionNorm.Forward(x), x, mask, past, out present, parts);
        present.MoveToOuterDisposeScope();
        return Mlp.Forward(MlpNorm.Forward(x), x, parts).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        AttentionNorm.Dispose();
        Attention.Dispose();
        MlpNorm.Dispose();
        Mlp.Dispose();
    }
}
