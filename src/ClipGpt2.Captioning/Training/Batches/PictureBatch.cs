using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The pictures of a batch in plain memory: embeddings [B, D], or pixels [B, 3, H, W] for an encoder that runs in every step.</summary>
/// <param name="Values">The numbers, row by row; at least as many as the shape says.</param>
/// <param name="Shape">[B, D] or [B, 3, H, W].</param>
internal sealed record PictureBatch(float[] Values, long[] Shape)
{
    /// <summary>Whether these are pixels, which the encoder has still to read.</summary>
    public bool ArePixels => Shape.Length == 4;

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
internal sealed record TrainingBatch(PictureBatch Pictures, CaptionBatch Captions);
