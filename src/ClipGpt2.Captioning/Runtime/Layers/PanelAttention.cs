using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Attention of few float32 positions by managed code over panels, shared out among the kernels' threads by heads.</summary>
internal static unsafe class PanelAttention
{
    /// <summary>softmax(q kᵀ / √d + mask) v, with the arguments of libtorch's operator; nothing drops out.</summary>
    /// <returns>[B, heads, T, d], with the heads of a position beside each other in memory.</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, bool causal)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dropout, 0);
        using var scope = NewDisposeScope();
        var (batch, heads, queries, size) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3]);
        var y = empty([batch, queries, heads, size]).transpose(1, 2);
        var task = new AttentionTask
        {
            Query = View(query), Key = View(key), Value = View(value), Output = View(y), Mask = mask is null ? null : View(Added(mask).expand(batch, heads, queries, key.shape[2])),
            Batch = (int)batch, Heads = (int)heads, Queries = (int)queries, Keys = (int)key.shape[2], Size = (int)size, Causal = causal,
        };
        KernelTasks.Run([task]);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>A tensor's memory, or that of a copy in the caller's scope where there are gaps between the last dimension's numbers.</summary>
    private static HeadView View(Tensor x)
    {
        var dense = x.stride(3) == 1 || x.shape[3] == 1 ? x : x.contiguous();
        return new((nint)RowTensor.First(dense), dense.stride(0), dense.stride(1), dense.stride(2));
    }

    /// <summary>What is added to the scores, where booleans say which pairs count.</summary>
    private static Tensor Added(Tensor mask)
    {
        if (mask.dtype != ScalarType.Bool)
        {
            return mask.to_type(ScalarType.Float32);
        }

        using var never = double.NegativeInfinity.ToScalar();
        return zeros(mask.shape).masked_fill_(mask.logical_not(), never);
    }
}
