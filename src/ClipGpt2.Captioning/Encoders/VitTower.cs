using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>ViT's or DeiT's image tower: a vision transformer, all of whose positions a decoder may look at.</summary>
/// <remarks>
/// Source: Dosovitskiy et al. 2020, Touvron et al. 2020; transformers' <c>ViTModel</c> and <c>DeiTModel</c>, whose names the weights have. The layers
/// are the owner's. Safe from any number of threads.
/// </remarks>
internal sealed class VitTower
{
    private readonly ComputeOptions _compute;
    private readonly Tensor[] _tokens; // before the patches
    private readonly PatchEmbedding _patches;
    private readonly Tensor _positions;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _norm;

    public VitTower(VitConfig config, LayerLoader layers)
    {
        Config = config;
        _compute = layers.Compute;
        var (sizes, hidden) = (config.Transformer, config.Transformer.HiddenSize);
        string[] tokens = config.HasDistillationToken ? ["cls_token", "distillation_token"] : ["cls_token"];
        _tokens = [.. tokens.Select(name => layers.Weight($"embeddings.{name}", 1, 1, hidden))];
        _positions = layers.Weight("embeddings.position_embeddings", 1, config.Tokens, hidden);
        _patches = new PatchEmbedding(layers, "embeddings.patch_embeddings.projection", config.Patches, hidden, bias: true);
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => PreNormBlock.Load(layers, BlockNames.Vit($"encoder.layer.{i}"), sizes))];
        _norm = layers.Norm("layernorm", hidden, sizes.Epsilon);
    }

    public VitConfig Config { get; }

    /// <summary>Encodes pictures.</summary>
    /// <param name="pixels">[B, C, height, width].</param>
    /// <returns>float32 [B, T, H], normalised: the class token, DeiT's second one, the patches in the order of reading.</returns>
    public Tensor Encode(Tensor pixels) => ForwardPass.Run(_compute, () =>
    {
        var tokens = Embed(pixels);
        return _norm.Forward(_blocks.Forward(tokens, Group(tokens))).view(-1, Config.Tokens, Config.Transformer.HiddenSize);
    });

    /// <summary>Encodes pictures and keeps what lies on the way.</summary>
    /// <param name="pixels">[B, C, height, width].</param>
    /// <param name="hiddenStates">Whether to keep every block's output; the last one is from before the final layer normalisation.</param>
    public EncoderOutput Forward(Tensor pixels, bool hiddenStates) => EncoderOutput.Run(_compute, hiddenStates, kept =>
    {
        var tokens = Embed(pixels);
        var sequences = Group(tokens);
        return (sequences, _norm.Forward(_blocks.Forward(tokens, sequences, kept)), null);
    });

    private Sequences Group(Tensor rows) => new(rows.shape[0] / Config.Tokens, Config.Tokens);

    /// <summary>The tokens and the patches, each with its position: rows [B * T, H].</summary>
    private Tensor Embed(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var patches = _patches.Forward(pixels);                                                     // [B, patches, H]
        var tokens = cat([.. _tokens.Select(token => token.expand(patches.shape[0], 1, -1)), patches], 1);
        return tokens.PlusInPlace(_positions).view(-1, patches.shape[2]).MoveToOuterDisposeScope();  // [B * T, H]
    }
}
