using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's image tower: a vision transformer without class token, pooled by attention; the pooled vector is the embedding.</summary>
/// <remarks>
/// Source: Zhai et al. 2023; transformers' <c>SiglipVisionTransformer</c>, whose names the weights have. The layers are the owner's. Safe from any
/// number of threads.
/// </remarks>
internal sealed class SiglipVisionTower
{
    private readonly ComputeOptions _compute;
    private readonly PatchEmbedding _patches;
    private readonly Tensor _positions;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _postNorm;
    private readonly AttentionPooling _head;

    public SiglipVisionTower(SiglipVisionConfig config, LayerLoader layers)
    {
        const string Name = "vision_model";
        Config = config;
        _compute = layers.Compute;
        var (sizes, hidden) = (config.Transformer, config.Transformer.HiddenSize);
        _patches = new PatchEmbedding(layers, $"{Name}.embeddings.patch_embedding", new PatchSizes(config.ImageSize, config.PatchSize, config.Channels), hidden, bias: true);
        _positions = layers.Weight($"{Name}.embeddings.position_embedding.weight", Length, hidden);
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => PreNormBlock.Load(layers, BlockNames.Clip($"{Name}.encoder.layers.{i}"), sizes))];
        _postNorm = layers.Norm($"{Name}.post_layernorm", hidden, sizes.Epsilon);
        _head = new AttentionPooling(layers, $"{Name}.head", sizes);
    }

    public SiglipVisionConfig Config { get; }

    /// <summary>The shape of what <see cref="EmbedTokens"/> gives.</summary>
    public FeatureShape Tokens => new(Config.Transformer.HiddenSize, checked((int)Length));

    private long Length => _patches.Count;

    /// <summary>Encodes pictures.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <returns>float32 [B, H], not normalised.</returns>
    public Tensor Embed(Tensor pixels) => ForwardPass.Run(_compute, () =>
    {
        var patches = EmbedPatches(pixels);
        var sequences = Group(patches);
        return _head.Forward(_postNorm.Forward(_blocks.Forward(patches, sequences)), sequences);
    });

    /// <summary>Encodes pictures, and gives the last hidden state of each patch.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <returns>float32 [B, T, H], after the final layer normalisation.</returns>
    public Tensor EmbedTokens(Tensor pixels) => ForwardPass.Run(_compute, () =>
    {
        var patches = EmbedPatches(pixels);
        var last = _postNorm.Forward(_blocks.Forward(patches, Group(patches)));
        return last.view(-1, Length, last.shape[1]);
    });

    /// <summary>Encodes pictures and keeps what lies on the way.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <param name="hiddenStates">Whether to keep every block's output; the last one is from before the final layer normalisation.</param>
    public EncoderOutput Forward(Tensor pixels, bool hiddenStates) => EncoderOutput.Run(_compute, hiddenStates, kept =>
    {
        var patches = EmbedPatches(pixels);
        var sequences = Group(patches);
        var last = _postNorm.Forward(_blocks.Forward(patches, sequences, kept));
        return (sequences, last, _head.Forward(last, sequences));
    });

    private Sequences Group(Tensor rows) => new(rows.shape[0] / Length, Length);

    /// <summary>The patches, each with its position: rows [B * T, H].</summary>
    private Tensor EmbedPatches(Tensor pixels)
    {
        using var patches = _patches.Forward(pixels);                 // [B, T, H]
        using var placed = patches.Plus(_positions);
        return placed.view(-1, placed.shape[2]);
    }
}
