using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Training.Embeddings;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The pictures of a batch in plain memory: embeddings [B, D], or pixels [B, 3, H, W] for an encoder that runs in every step.</summary>
/// <param name="Values">The numbers, row by row; at least as many as the shape says.</param>
/// <param name="Shape">[B, D] or [B, 3, H, W].</param>
internal sealed record PictureBatch(float[] Values, long[] Shape)
{
    /// <summary>The row of each caption's picture, where captions share pictures; null where each has its own.</summary>
    public long[]? Rows { get; init; }

    /// <summary>Whether these are pixels, which the encoder has still to read.</summary>
    public bool ArePixels => Shape.Length == 4;

    /// <summary>The pixels of a batch's good pictures.</summary>
    public static PictureBatch Of(PixelBatch batch)
    {
        var size = batch.Images[0].Size;
        var each = 3 * size.Height * size.Width;
        var values = new float[batch.Images.Count * each];
        for (var i = 0; i < batch.Images.Count; i++)
        {
            batch.Images[i].Pixels.CopyTo(values, i * each);
        }

        return new(values, [batch.Images.Count, 3, size.Height, size.Width]);
    }

    /// <summary>A new float32 tensor on the CPU.</summary>
    public Tensor ToTensor()
    {
        var tensor = empty(Shape);
        MemoryMarshal.AsBytes(Values.AsSpan(0, checked((int)tensor.numel()))).CopyTo(tensor.bytes);
        return tensor;
    }
}

/// <summary>A batch that is ready for the models.</summary>
/// <param name="Pictures">Its pictures.</param>
/// <param name="Captions">Its captions, in the same order.</param>
/// <param name="Number">Its place in the epoch, from 0.</param>
internal sealed record TrainingBatch(PictureBatch Pictures, CaptionBatch Captions, long Number = 0)
{
    /// <summary>The number of each picture in its data set, where the captions are the model's own.</summary>
    public IReadOnlyList<int> PictureNumbers { get; init; } = [];
}
