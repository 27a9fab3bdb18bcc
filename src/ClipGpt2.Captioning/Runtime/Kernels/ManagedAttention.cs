using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Attention by .NET's own vector operations, on CPU tensors: right wherever .NET runs.</summary>
internal static class ManagedAttention
{
    /// <summary>softmax(q kᵀ / √d + mask) v, with the arguments of libtorch's operator; nothing drops out.</summary>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, bool causal)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dropout, 0);
        using var scope = NewDisposeScope();
        var (batch, heads, queries, size) = (query.shape[0], query.shape[1], (int)query.shape[2], (int)query.shape[3]);
        var keys = (int)key.shape[2];
        var scores = Added(mask, [batch, heads, queries, keys]);
        var (queryRows, keyRows, valueRows, y) = (Floats(query), Floats(key), Floats(value), empty([batch, heads, queries, size]));
        for (var head = 0; head < batch * heads; head++)
        {
            AttendHead(Head(queryRows, head), Head(keyRows, head), Head(valueRows, head), scores.AsSpan(head * queries * keys, queries * keys), size, causal, Head(y, head));
        }

        return y.to_type(query.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Contiguous float32 numbers.</summary>
    private static Tensor Floats(Tensor x) => x.to_type(ScalarType.Float32).contiguous();

    private static Span<float> Head(Tensor x, int head)
    {
        var length = (int)(x.shape[2] * x.shape[3]);
        return MemoryMarshal.Cast<byte, float>(x.bytes).Slice(head * length, length);
    }

    /// <summary>What is added to the scores.</summary>
    private static float[] Added(Tensor? mask, long[] shape)
    {
        if (mask is null)
        {
            return new float[shape.Aggregate((x, y) => x * y)];
        }

        using var never = double.NegativeInfinity.ToScalar();
        var added = mask.dtype == ScalarType.Bool ? zeros(mask.shape).masked_fill_(mask.logical_not(), never) : mask;
        return Floats(added.expand(shape)).data<float>().ToArray();
    }

    private static void AttendHead(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> scores, int size, bool causal, Span<float> y)
    {
        var (queries, keys) = (query.Length / size, key.Length / size);
        y.Clear();
        for (var row = 0; row < queries; row++)
        {
            var visible = causal ? row + 1 : keys;
            var weights = scores.Slice(row * keys, visible);
            for (var i = 0; i < visible; i++)
            {
                weights[i] += TensorPrimitives.Dot(query.Slice(row * size, size), key.Slice(i * size, size)) / MathF.Sqrt(size);
            }

            TensorPrimitives.Subtract(weights, TensorPrimitives.Max(weights), weights);
            TensorPrimitives.Exp(weights, weights);
            TensorPrimitives.Divide(weights, TensorPrimitives.Sum(weights), weights);
            var output = y.Slice(row * size, size);
            for (var i = 0; i < visible; i++)
            {
                TensorPrimitives.MultiplyAdd(value.Slice(i * size, size), weights[i], output, output);
            }
        }
    }
}
