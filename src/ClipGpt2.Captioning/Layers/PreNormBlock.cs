using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>A transformer block that normalises before each of its two halves, as CLIP's, SigLIP's and ClipCap's do.</summary>
/// <remarks>Rows [B * T, H] in and out. Safe from any number of threads.</remarks>
internal sealed class PreNormBlock(LayerNorm attentionNorm, SelfAttention attention, LayerNorm feedForwardNorm, FeedForward feedForward) : ITransformerBlock
{
    /// <summary>Loads a block by the names of Hugging Face's CLIP and SigLIP.</summary>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="queriesApart">Whether the queries get a product of their own, so that <see cref="ForwardFirst"/> can be called.</param>
    public static PreNormBlock Load(LayerLoader layers, string name, TransformerConfig config, bool queriesApart = false)
    {
        var size = config.HiddenSize;
        var norm1 = layers.Norm($"{name}.layer_norm1", size, config.Epsilon);
        var (query, key, value) = ($"{name}.self_attn.q_proj", $"{name}.self_attn.k_proj", $"{name}.self_attn.v_proj");
        IReadOnlyList<Linear> inputs = queriesApart
            ? [layers.Linear(query, size, size), .. layers.Fused([key, value], size, size)]
            : layers.Fused([query, key, value], size, size);
        var attention = new SelfAttention(inputs, layers.Linear($"{name}.self_attn.out_proj", size, size), config.Heads);
        var norm2 = layers.Norm($"{name}.layer_norm2", size, config.Epsilon);
        return new PreNormBlock(norm1, attention, norm2, FeedForward.Load(layers, $"{name}.mlp.fc1", $"{name}.mlp.fc2", config));
    }

    public Tensor Forward(Tensor x, Sequences sequences)
    {
        using var attended = Attend(x, sequences);
        return Transform(attended);
    }

    /// <summary>The output for the first position of each sequence alone, [B, H]: all that a pooled model asks of its last block.</summary>
    public Tensor ForwardFirst(Tensor x, Sequences sequences)
    {
        using var attended = AttendFirst(x, sequences);
        return Transform(attended);
    }

    private Tensor Attend(Tensor x, Sequences sequences)
    {
        using var normed = attentionNorm.Forward(x);
        return attention.ForwardAdd(normed, x, sequences);
    }

    private Tensor AttendFirst(Tensor x, Sequences sequences)
    {
        using var normed = attentionNorm.Forward(x);
        using var residual = SelfAttention.FirstRows(x, sequences);
        return attention.ForwardAddFirst(normed, residual, sequences);
    }

    private Tensor Transform(Tensor x)
    {
        using var normed = feedForwardNorm.Forward(x);
        return feedForward.ForwardAdd(normed, x);
    }
}
