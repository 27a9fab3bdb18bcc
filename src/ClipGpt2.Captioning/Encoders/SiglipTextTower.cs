using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's text tower: a transformer without causal mask, pooled at the last position.</summary>
/// <remarks>
/// Texts must be padded to the length that the model was trained with, since padding takes part. Source: transformers'
/// <c>SiglipTextTransformer</c>, whose names the weights have. The layers are the owner's. Safe from any number of threads.
/// </remarks>
internal sealed class SiglipTextTower
{
    private readonly ComputeOptions _compute;
    private readonly Tensor _tokens;
    private readonly Tensor _positions;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly Linear _head;

    public SiglipTextTower(SiglipTextConfig config, LayerLoader layers)
    {
        const string Name = "text_model";
        Config = config;
        _compute = layers.Compute;
        var (sizes, hidden) = (config.Transformer, config.Transformer.HiddenSize);
        _tokens = layers.Weight($"{Name}.embeddings.token_embedding.weight", config.Vocabulary, hidden);
        _positions = layers.Weight($"{Name}.embeddings.position_embedding.weight", config.Positions, hidden);
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => PreNormBlock.Load(layers, BlockNames.Clip($"{Name}.encoder.layers.{i}"), sizes))];
        _finalNorm = layers.Norm($"{Name}.final_layer_norm", hidden, sizes.Epsilon);
        _head = layers.Linear($"{Name}.head", hidden, config.ProjectionSize);
    }

    public SiglipTextConfig Config { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="tokenIds">Integers [B, T].</param>
    /// <returns>float32 [B, D], not normalised.</returns>
    public Tensor Embed(Tensor tokenIds) => ForwardPass.Run(_compute, () =>
    {
        var ids = TokenIds.Read(tokenIds, Config.Vocabulary, Config.Positions);
        var rows = TokenEmbedding.Forward(ids, _tokens, _positions);
        var last = _blocks.Forward(rows, new Sequences(ids.Batch, ids.Length)).view(ids.Batch, ids.Length, -1).select(1, ids.Length - 1);
        return _head.Forward(_finalNorm.Forward(last.contiguous()));
    });
}
