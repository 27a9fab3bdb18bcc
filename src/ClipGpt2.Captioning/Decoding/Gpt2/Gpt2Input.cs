using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>What one pass of GPT-2 reads: vectors, tokens, or vectors followed by tokens.</summary>
/// <remarks>All tensors stay the caller's. B rows, T new positions (those of both inputs), S cached positions.</remarks>
internal sealed record Gpt2Input
{
    /// <summary>Vectors that take the place of token embeddings, [B, P, H]; or null.</summary>
    public Tensor? Embeddings { get; init; }

    /// <summary>Token ids, int64 [B, T - P], read after <see cref="Embeddings"/>; or null.</summary>
    public Tensor? TokenIds { get; init; }

    /// <summary>What cross-attention looks at beside the text, [B, T', He] with the configuration's <see cref="Gpt2Config.CrossAttentionSize"/>; null for a model that has none.</summary>
    public Tensor? EncoderStates { get; init; }

    /// <summary>[B, S + T], 0 where there is padding, which nothing attends to; null for none.</summary>
    /// <remarks>It says nothing of positions: rows that are padded on their left need <see cref="PositionIds"/>.</remarks>
    public Tensor? AttentionMask { get; init; }

    /// <summary>int64 [B or 1, T]; null to count from S at the first column, padding included.</summary>
    public Tensor? PositionIds { get; init; }

    /// <summary>The keys and values of S earlier positions, one a block; null for none.</summary>
    public IReadOnlyList<KeyValue>? Past { get; init; }

    /// <summary>The positions whose logits are wanted, int64 [N], counted through [B, T] row by row; null for all.</summary>
    public Tensor? Outputs { get; init; }

    /// <summary>The random zeros of a training pass, at the rates of the configuration; null for none.</summary>
    public DropoutMasks? Dropout { get; init; }

    /// <summary>Whether <see cref="Gpt2Output.HiddenStates"/> are wanted.</summary>
    public bool WithHiddenStates { get; init; }

    /// <summary>Whether <see cref="Gpt2Output.Present"/> is wanted.</summary>
    public bool WithPresent { get; init; }
}
