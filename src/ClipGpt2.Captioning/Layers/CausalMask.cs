using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Where the queries of one pass may look: at themselves and at positions before them that aren't padding.</summary>
/// <remarks>
/// Where there is nothing but padding to look at, padding looks at itself: an empty row of scores would give NaN, which reaches the other
/// positions through its value.
/// </remarks>
internal sealed class CausalMask
{
    private readonly Tensor? _allowed;
    private readonly bool _plain;

    /// <summary>Lays out the mask of <paramref name="length"/> queries after <paramref name="past"/> cached positions.</summary>
    /// <param name="past">The number of cached positions.</param>
    /// <param name="length">The number of new positions.</param>
    /// <param name="attentionMask">[B, past + length], 0 where there is padding; or null.</param>
    /// <param name="device">Where the queries are.</param>
    public CausalMask(long past, long length, Tensor? attentionMask, Device device)
    {
        if (attentionMask is null && (past == 0 || length == 1))
        {
            // One query sees everything; several from the start are what the fused kernel calls causal.
            _plain = length > 1;
            return;
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

        _allowed = allowed.unsqueeze(1).MoveToOuterDisposeScope(); // [B or 1, 1, T, S]
    }

    /// <summary>softmax(scale * QKᵀ) V over the allowed positions.</summary>
    /// <param name="query">[B, heads, T, head size].</param>
    /// <param name="keyValue">Of S = past + T positions.</param>
    /// <param name="scale">What the products are multiplied by.</param>
    /// <returns>[B, heads, T, head size].</returns>
    public Tensor Attend(Tensor query, KeyValue keyValue, double scale)
    {
        // The fused kernel multiplies by 1 / sqrt(head size); TorchSharp has no argument for another scale.
        var extra = scale * Math.Sqrt(query.shape[3]);
        var scaled = Math.Abs(extra - 1) < 1e-9 ? query : query.Times(extra);
        return ScaledAttention.Attend(scaled, keyValue.Key, keyValue.Value, _allowed, _plain);
    }

    /// <summary>The same with something done to the attention's weights [B, heads, T, S] between softmax and values.</summary>
    public Tensor Attend(Tensor query, KeyValue keyValue, double scale, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        var scores = query.matmul(keyValue.Key.transpose(-2, -1)).Times(scale);
        if ((_allowed ?? Plain(scores)) is { } allowed)
        {
            using var never = double.NegativeInfinity.ToScalar();
            scores = scores.masked_fill(allowed.logical_not(), never);
        }

        return change(scores.softmax(-1)).matmul(keyValue.Value).MoveToOuterDisposeScope();
    }

    /// <summary>What a mask without padding allows, or null for everything.</summary>
    private Tensor? Plain(Tensor scores) =>
        _plain ? ones(scores.shape[^2], scores.shape[^1], ScalarType.Bool, scores.device).tril() : null;
}
