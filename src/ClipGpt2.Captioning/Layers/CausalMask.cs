using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Where the queries of one pass of a decoder may look: at themselves and at positions before them that aren't padding.</summary>
/// <remarks>
/// Where there is nothing but padding to look at, padding looks at itself: an empty row of scores would give NaN, which reaches the other
/// positions through its value.
/// </remarks>
internal static class CausalMask
{
    /// <summary>Lays out the sequences of <paramref name="length"/> queries after <paramref name="past"/> cached positions.</summary>
    /// <param name="batch">The number of sequences.</param>
    /// <param name="past">The number of cached positions.</param>
    /// <param name="length">The number of new positions.</param>
    /// <param name="attentionMask">[B, past + length], 0 where there is padding; or null.</param>
    /// <param name="device">Where the queries are.</param>
    public static Sequences Of(long batch, long past, long length, Tensor? attentionMask, Device device)
    {
        if (attentionMask is null && (past == 0 || length == 1))
        {
            // One query sees everything; several from the start are what the fused kernel calls causal.
            return new(batch, length, Causal: length > 1);
        }

        using var scope = NewDisposeScope();
        var keys = TensorArithmetic.Range(0, past + length, device).unsqueeze(0); // [1, S]
        var queries = TensorArithmetic.Range(past, past + length, device).unsqueeze(1); // [T, 1]
        var allowed = (keys <= queries).unsqueeze(0); // [1, T, S]
        if (attentionMask is not null)
        {
            allowed = allowed & attentionMask.to(device).IsNotZero().unsqueeze(1); // [B, T, S]
            allowed = allowed | (allowed.any(-1, keepdim: true).logical_not() & (keys == queries).unsqueeze(0));
        }

        return new(batch, length, allowed.unsqueeze(1).MoveToOuterDisposeScope()); // [B or 1, 1, T, S]
    }
}
