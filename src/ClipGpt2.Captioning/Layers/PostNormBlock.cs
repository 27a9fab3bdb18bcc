using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>A transformer block that normalises after each of its two halves, as BERT's and RoBERTa's do.</summary>
/// <remarks>Rows [B * T, H] in and out. Safe from any number of threads.</remarks>
internal sealed class PostNormBlock : ITransformerBlock
{
    private readonly SelfAttention _attention;
    private readonly LayerNorm _attentionNorm;
    private readonly FeedForward _feedForward;
    private readonly LayerNorm _outputNorm;

    /// <summary>Loads a block by the names of Hugging Face's BERT.</summary>
    public PostNormBlock(LayerLoader layers, string name, TransformerConfig config)
    {
        var size = config.HiddenSize;
        var self = $"{name}.attention.self";
        _attention = new SelfAttention(
            layers.Fused([$"{self}.query", $"{self}.key", $"{self}.value"], size, size),
            layers.Linear($"{name}.attention.output.dense", size, size),
            config.Heads);
        _attentionNorm = layers.Norm($"{name}.attention.output.LayerNorm", size, config.Epsilon);
        _feedForward = FeedForward.Load(layers, $"{name}.intermediate.dense", $"{name}.output.dense", config);
        _outputNorm = layers.Norm($"{name}.output.LayerNorm", size, config.Epsilon);
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
