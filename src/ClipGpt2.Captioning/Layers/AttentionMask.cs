using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Masks that are added to attention scores.</summary>
internal static class AttentionMask
{
    /// <summary>Hides padding, and with <paramref name="causal"/> whatever comes after a position.</summary>
    /// <param name="kept">[B, T], 0 where a position is padding.</param>
    /// <param name="causal">Whether positions see only themselves and those before them.</param>
    /// <param name="type">The scores' type.</param>
    /// <param name="device">Where to.</param>
    /// <returns>[B, 1, 1 or T, T]. Hidden scores get the type's lowest value rather than minus infinity, so that a row of nothing but padding stays finite, as in the reference.</returns>
    public static Tensor Of(Tensor kept, bool causal, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var (batch, length) = (kept.shape[0], kept.shape[1]);
        var visible = kept.to(device).IsNotZero().view(batch, 1, 1, length);
        if (causal)
        {
            visible = visible.logical_and(ones(length, length, ScalarType.Bool, device).tril());
        }

        using var lowest = finfo(type).min.ToScalar();
        return zeros(visible.shape, type, device).masked_fill_(visible.logical_not(), lowest).MoveToOuterDisposeScope();
    }
}
