using System.Numerics.Tensors;
using ClipGpt2.Captioning.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>Vectors of length 1 in plain memory, whose products are cosines.</summary>
internal static class UnitVectors
{
    /// <summary>The cosine of two such vectors.</summary>
    public static float Cosine(ReadOnlySpan<float> one, ReadOnlySpan<float> other) => TensorPrimitives.Dot(one, other);

    /// <summary>The vectors of a batch's rows [B, D], each divided by its length.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="figures">What the rows are, for messages.</param>
    /// <param name="nameOf">What a row is of, for messages.</param>
    /// <exception cref="CaptioningException">A row isn't finite.</exception>
    public static IEnumerable<float[]> Of(torch.Tensor rows, string figures, Func<int, string> nameOf) => NonFinite.Rows(rows) is [var bad, ..]
        ? throw NonFinite.Error(figures, $"'{nameOf(bad)}'")
        : Of(rows).Chunk((int)rows.shape[^1]);

    /// <summary>The vectors of a tensor's last dimension, each divided by its length, one after the other.</summary>
    public static float[] Of(torch.Tensor vectors)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var plain = vectors.to_type(ScalarType.Float32);
        return (plain / plain.norm(-1, keepdim: true, p: 2)).cpu().contiguous().data<float>().ToArray();
    }
}
