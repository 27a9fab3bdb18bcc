using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Pipeline;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Embeddings in plain memory.</summary>
internal static class EmbeddingRows
{
    /// <summary>Encodes what could be prepared.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="images">The pictures; one whose embedding isn't finite has that as its error afterwards.</param>
    /// <returns>For each picture its embedding [D], or null for a bad one.</returns>
    /// <exception cref="CaptioningException">The encoder's output has another shape than it promises, or no embedding of several together is finite: nothing would come of the rest.</exception>
    public static float[]?[] Encode(IImageEncoder encoder, List<PreparedImage> images)
    {
        var rows = new float[]?[images.Count];

        // Without a fixed size, pictures of one size still go together.
        foreach (var group in Enumerable.Range(0, images.Count).Where(i => images[i].Error is null).GroupBy(i => images[i].Size))
        {
            int[] members = [.. group];
            var encoded = EncodeTogether(encoder, Array.ConvertAll(members, i => images[i]));
            var isFinite = Array.ConvertAll(encoded, row => TensorPrimitives.IsFiniteAll<float>(row));
            if (members.Length > 1 && !isFinite.Contains(true))
            {
                throw Error(images[members[0]]);
            }

            for (var i = 0; i < members.Length; i++)
            {
                rows[members[i]] = isFinite[i] ? encoded[i] : null;
                images[members[i]] = isFinite[i] ? images[members[i]] : images[members[i]] with { Error = Error(images[members[i]]) };
            }
        }

        return rows;

        static CaptioningException Error(PreparedImage image) => NonFinite.Error("The encoder's embedding", $"'{image.Source.Name}'");
    }

    /// <summary>An embedding as the store keeps it.</summary>
    /// <param name="row">The embedding.</param>
    /// <param name="precision">The number format.</param>
    /// <param name="name">The picture, for messages.</param>
    public static byte[] ToBytes(float[] row, EmbeddingPrecision precision, string name)
    {
        if (precision == EmbeddingPrecision.Float32)
        {
            return MemoryMarshal.AsBytes(row.AsSpan()).ToArray();
        }

        var halves = new Half[row.Length];
        TensorPrimitives.ConvertToHalf(row, halves);
        return TensorPrimitives.IsFiniteAll<Half>(halves)
            ? MemoryMarshal.AsBytes(halves.AsSpan()).ToArray()
            : throw new CaptioningException($"The embedding of '{name}' has numbers beyond 65504, which float16 can't hold: build the store in float32.");
    }

    /// <summary>The size of a stored number.</summary>
    public static int ElementBytes(this EmbeddingPrecision precision) => precision == EmbeddingPrecision.Float32 ? sizeof(float) : 2;

    private static float[][] EncodeTogether(IImageEncoder encoder, PreparedImage[] images)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var embeddings = encoder.Encode(PreparedImage.Stack(images)).to_type(ScalarType.Float32).cpu().contiguous();
        if (!embeddings.shape.AsSpan().SequenceEqual(encoder.Features.Of(images.Length)))
        {
            throw new CaptioningException(
                $"The encoder ({encoder.GetType()}) gave [{string.Join(", ", embeddings.shape)}] for {images.Length} pictures, and promises {encoder.Features}.");
        }

        return [.. embeddings.data<float>().ToArray().Chunk(encoder.Features.Numbers)];
    }
}
