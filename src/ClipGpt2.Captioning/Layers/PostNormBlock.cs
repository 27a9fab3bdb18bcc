using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>A transformer block that normalises after each of its two halves, as BERT's and RoBERTa's do.</summary>
/// <remarks>Rows [B * T, H] in and out. Safe from any number of threads.</remarks>
internal sealed class PostNormBlock : ITransformerBlock
{
    private readonly Attention _attention;
    private readonly LayerNorm _attentionNorm;
    private readonly FeedForward _feedForward;
    private readonly LayerNorm _outputNorm;

    /// <summary>Loads a block.</summary>
    public PostNormBlock(LayerLoader layers, BlockNames names, TransformerConfig config)
    {
        _attention = Attention.Load(layers, names, config);
        _attentionNorm = layers.Norm(names.AttentionNorm, config.HiddenSize, config.Epsilon);
        _feedForward = FeedForward.Load(layers, names.Inner, names.Outer, config);
        _outputNorm = layers.Norm(names.FeedForwardNorm, config.HiddenSize, config.Epsilon);
    }

    public Tensor Forward(Tensor x, Sequences sequences)
    {
        using var attended = Attend(x, sequences);
        using var transformed = _feedForward.ForwardAdd(attended, attended);
        return _outputNorm.Forward(transformed);
    }

    private Tensor Attend(Tensor x, Sequences sequences)
    {
        using var attended = _attention.ForwardAdd(x, x, sequences);
        return _attentionNorm.Forward(attended);
    }
}
