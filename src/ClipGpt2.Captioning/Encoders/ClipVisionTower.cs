using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's image tower: a vision transformer whose first token becomes the picture's embedding.</summary>
/// <remarks>
/// Source: Radford et al. 2021, section 2.4; transformers' <c>CLIPVisionTransformer</c>, whose names the weights have. The layers are the owner's.
/// Safe from any number of threads.
/// </remarks>
internal sealed class ClipVisionTower : IClipTower
{
    private readonly ComputeOptions _compute;
    private readonly PatchEmbedding _patches;
    private readonly Tensor _classToken;
    private readonly Tensor _positions;
    private readonly LayerNorm _preNorm;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _postNorm;
    private readonly Linear _projection;

    public ClipVisionTower(ClipVisionConfig config, LayerLoader layers)
    {
        const string Name = "vision_model";
        Config = config;
        _compute = layers.Compute;
        var (sizes, hidden) = (config.Transformer, config.Transformer.HiddenSize);
        _classToken = layers.Weight($"{Name}.embeddings.class_embedding", hidden);
        _patches = new PatchEmbedding(layers, $"{Name}.embeddings.patch_embedding", new PatchSizes(config.ImageSize, config.PatchSize, config.Channels), hidden, bias: false);
        _positions = layers.Weight($"{Name}.embeddings.position_embedding.weight", Length, hidden);
        _preNorm = layers.Norm($"{Name}.pre_layrnorm", hidden, sizes.Epsilon); // the reference's spelling
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => PreNormBlock.Load(layers, BlockNames.Clip($"{Name}.encoder.layers.{i}"), sizes, queriesApart: i == sizes.Layers - 1))];
        _postNorm = layers.Norm($"{Name}.post_layernorm", hidden, sizes.Epsilon);
        _projection = layers.Linear("visual_projection", hidden, config.ProjectionSize, bias: false);
    }

    public IClipTowerConfig Config { get; }

    public FeatureShape Tokens => new(checked((int)_classToken.NumberOfElements), checked((int)Length));

    public bool HasClassToken => true;

    private long Length => 1 + _patches.Count;

    public Tensor Embed(Tensor pixels) => ForwardPass.Run(_compute, () =>
    {
        var patches = EmbedPatches(pixels);
        var sequences = Group(patches);
        var x = _blocks[..^1].Forward(patches, sequences);                  // [B * T, H]
        return _projection.Forward(_postNorm.Forward(_blocks[^1].ForwardFirst(x, sequences)));
    });

    public Tensor EmbedTokens(Tensor pixels, int first) => ForwardPass.Run(_compute, () =>
    {
        var patches = EmbedPatches(pixels);
        var tokens = _blocks.Forward(patches, Group(patches)); // [B * T, H]
        return tokens.view(-1, Length, tokens.shape[1]).narrow(1, first, Length - first);
    });

    public EncoderOutput Forward(Tensor pixels, bool hiddenStates) => EncoderOutput.Run(_compute, hiddenStates, kept =>
    {
        var patches = EmbedPatches(pixels);
        var sequences = Group(patches);
        var x = _blocks.Forward(patches, sequences, kept);
        return (sequences, x, _postNorm.Forward(Attention.FirstRows(x, sequences)));
    });

    private Sequences Group(Tensor rows) => new(rows.shape[0] / Length, Length);

    /// <summary>The class token and the patches, each with its position: rows [B * T, H].</summary>
    private Tensor EmbedPatches(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var patches = _patches.Forward(pixels);                               // [B, patches, H]
        var classTokens = _classToken.expand(patches.shape[0], 1, -1);        // [B, 1, H]
        var tokens = cat([classTokens, patches], 1).PlusInPlace(_positions);         // [B, T, H]
        return _preNorm.Forward(tokens.view(-1, tokens.shape[2])).MoveToOuterDisposeScope();
    }
}
