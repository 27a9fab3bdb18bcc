using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>A transformer block that normalises before each of its two halves, as GPT-2's, CLIP's, SigLIP's and ClipCap's do.</summary>
/// <remarks>Rows [B * T, H] in and out, which may be grouped as [B, T, H]. Safe from any number of threads.</remarks>
internal sealed class PreNormBlock(LayerNorm attentionNorm, Attention attention, LayerNorm feedForwardNorm, FeedForward feedForward) : ITransformerBlock
{
    public LayerNorm AttentionNorm => attentionNorm;

    public Attention Attention => attention;

    public LayerNorm FeedForwardNorm => feedForwardNorm;

    public FeedForward FeedForward => feedForward;

    /// <summary>What rows look at other sequences by, between the two halves; null in blocks that have none.</summary>
    public CrossAttention? Cross { get; init; }

    /// <summary>What attention multiplies each row by.</summary>
    public IEnumerable<Linear> Products => [.. attention.Inputs, attention.Output, .. Cross is null ? [] : new[] { Cross.Attention.Inputs[0], Cross.Attention.Output }];

    /// <summary>Loads an encoder's block.</summary>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="names">What their names begin with.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="queriesApart">Whether the queries get a product of their own, so that <see cref="ForwardFirst"/> can be called.</param>
    public static PreNormBlock Load(LayerLoader layers, BlockNames names, TransformerConfig config, bool queriesApart = false)
    {
        var norm1 = layers.Norm(names.AttentionNorm, config.HiddenSize, config.Epsilon);
        var attention = Layers.Attention.Load(layers, names, config, queriesApart);
        var norm2 = layers.Norm(names.FeedForwardNorm, config.HiddenSize, config.Epsilon);
        return new PreNormBlock(norm1, attention, norm2, Layers.FeedForward.Load(layers, names.Inner, names.Outer, config));
    }

    public Tensor Forward(Tensor x, Sequences sequences) => Forward(x, sequences, context: null);

    /// <summary>The same in a decoder: with the keys and values of earlier positions, or in training.</summary>
    public Tensor Forward(Tensor x, Sequences sequences, BlockContext? context)
    {
        var dropout = context?.DropoutBeside(attentionNorm) ?? default;
        using var attended = Attend(x, sequences, context, dropout);
        using var informed = Cross?.Forward(attended, sequences, context!, dropout);
        return Transform(informed ?? attended, dropout);
    }

    /// <summary>The output for the first position of each sequence alone, [B, H]: all that a pooled model asks of its last block.</summary>
    public Tensor ForwardFirst(Tensor x, Sequences sequences)
    {
        using var attended = AttendFirst(x, sequences);
        return Transform(attended, default);
    }

    private Tensor Attend(Tensor x, Sequences sequences, BlockContext? context, LayerDropout dropout)
    {
        using var normed = attentionNorm.Forward(x);
        return attention.ForwardAdd(normed, x, sequences, context, dropout);
    }

    private Tensor AttendFirst(Tensor x, Sequences sequences)
    {
        using var normed = attentionNorm.Forward(x);
        using var residual = Attention.FirstRows(x, sequences);
        return attention.ForwardAddFirst(normed, residual, sequences);
    }

    private Tensor Transform(Tensor x, LayerDropout dropout)
    {
        using var normed = feedForwardNorm.Forward(x);
        return feedForward.ForwardAdd(normed, x, dropout);
    }
}
