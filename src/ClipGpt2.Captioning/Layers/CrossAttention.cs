using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The part of a decoder's block by which its rows look at other sequences: at an encoder's states.</summary>
/// <param name="Norm">What the rows are normalised by before.</param>
/// <param name="Attention">One layer for queries, one for keys and values, and what mixes the heads.</param>
internal sealed record CrossAttention(LayerNorm Norm, Attention Attention)
{
    /// <summary>Adds to rows [B * T, H] what they find.</summary>
    public Tensor Forward(Tensor x, Sequences sequences, BlockContext context, LayerDropout dropout)
    {
        using var normed = Norm.Forward(x);
        return Attention.ForwardAddBeside(normed, x, sequences, context, dropout);
    }
}
