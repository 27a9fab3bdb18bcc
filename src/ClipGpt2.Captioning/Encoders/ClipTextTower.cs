using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's text tower: a causal transformer whose vector at the end of the text becomes the embedding.</summary>
/// <remarks>
/// Source: transformers' <c>CLIPTextTransformer</c>, whose names the weights have. The layers are the owner's. Safe from any number of threads.
/// </remarks>
internal sealed class ClipTextTower
{
    private readonly ComputeOptions _compute;
    private readonly Tensor _tokens;
    private readonly Tensor _positions;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly Linear _projection;

    public ClipTextTower(ClipTextConfig config, LayerLoader layers)
    {
        const string Name = "text_model";
        Config = config;
        _compute = layers.Compute;
        var (sizes, hidden) = (config.Transformer, config.Transformer.HiddenSize);
        _tokens = layers.Weight($"{Name}.embeddings.token_embedding.weight", config.Vocabulary, hidden);
        _positions = layers.Weight($"{Name}.embeddings.position_embedding.weight", config.Positions, hidden);
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => PreNormBlock.Load(layers, BlockNames.Clip($"{Name}.encoder.layers.{i}"), sizes))];
        _finalNorm = layers.Norm($"{Name}.final_layer_norm", hidden, sizes.Epsilon);
        _projection = layers.Linear("text_projection", hidden, config.ProjectionSize, bias: false);
    }

    public ClipTextConfig Config { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="tokenIds">int64 [B, T], each text's end token included.</param>
    /// <param name="mask">[B, T], 0 where a position is padding; null if none has to be hidden (padding after the end changes nothing).</param>
    /// <returns>float32 [B, D], not normalised.</returns>
    public Tensor Embed(Tensor tokenIds, Tensor? mask = null) => ForwardPass.Run(_compute, () =>
    {
        var ids = TokenIds.Read(tokenIds, Config.Vocabulary, Config.Positions);
        var x = _blocks.Forward(TokenEmbedding.Forward(ids, _tokens, _positions), Group(ids, mask));
        return _projection.Forward(_finalNorm.Forward(x.index_select(0, PooledRows(ids))));
    });

    /// <summary>Encodes texts and keeps what lies on the way.</summary>
    /// <param name="tokenIds">As for <see cref="Embed"/>.</param>
    /// <param name="mask">As for <see cref="Embed"/>.</param>
    /// <param name="hiddenStates">Whether to keep every block's output; the last one is from before the final layer normalisation.</param>
    public EncoderOutput Forward(Tensor tokenIds, Tensor? mask, bool hiddenStates) => EncoderOutput.Run(_compute, hiddenStates, kept =>
    {
        var ids = TokenIds.Read(tokenIds, Config.Vocabulary, Config.Positions);
        var sequences = Group(ids, mask);
        var last = _finalNorm.Forward(_blocks.Forward(TokenEmbedding.Forward(ids, _tokens, _positions), sequences, kept));
        return (sequences, last, last.index_select(0, PooledRows(ids)));
    });

    private Sequences Group(TokenIds ids, Tensor? mask) => mask is null
        ? new(ids.Batch, ids.Length, Causal: true)
        : new(ids.Batch, ids.Length, AttentionMask.Of(ids.Matching(mask), causal: true, _compute.HiddenType(), _tokens.device));

    /// <summary>The row of each text's pooled position.</summary>
    private Tensor PooledRows(TokenIds ids)
    {
        // The first end token counts, since padding may use the same id; a text without one is pooled at its start.
        var rows = ids.Rows.Select((row, i) => (i * ids.Length) + (Config.EndId == ClipTextConfig.LargestId ? row.IndexOf(row.Max()) : Math.Max(0, row.IndexOf(Config.EndId))));
        return tensor(rows.ToArray(), device: _tokens.device);
    }
}
