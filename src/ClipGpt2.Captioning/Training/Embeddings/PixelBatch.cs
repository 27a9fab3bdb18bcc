using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A batch of examples with the pixels of their pictures.</summary>
/// <param name="Examples">The examples whose pictures are good, in the batch's order.</param>
/// <param name="Images">Their pictures, all of one size.</param>
/// <param name="Bad">The examples whose pictures are missing or broken.</param>
internal sealed record PixelBatch(IReadOnlyList<CaptionExample> Examples, IReadOnlyList<PreparedImage> Images, IReadOnlyList<BadExample> Bad)
{
    /// <summary>Sorts a batch's pictures into good and bad ones.</summary>
    /// <param name="examples">The batch.</param>
    /// <param name="images">The pictures of those examples that have one, in their order.</param>
    public static PixelBatch Of(IReadOnlyList<CaptionExample> examples, IEnumerable<PreparedImage> images)
    {
        List<CaptionExample> good = [];
        List<PreparedImage> pixels = [];
        List<BadExample> bad = [];
        using var next = images.GetEnumerator();
        foreach (var example in examples)
        {
            if (example.Image is null)
            {
                bad.Add(new BadExample(example, new CaptioningException($"{example.Location ?? example.ImageId}: there is no picture, only an embedding, and the encoder is to be trained.")));
            }
            else if (next.MoveNext() && next.Current.Error is { } error)
            {
                bad.Add(new BadExample(example, error));
            }
            else
            {
                good.Add(example);
                pixels.Add(next.Current);
            }
        }

        return new PixelBatch(good, pixels, bad);
    }

    /// <summary>The good examples' pixels; there must be at least one.</summary>
    /// <returns>float32 [B, 3, H, W] on the CPU, the caller's own.</returns>
    public Tensor ToTensor() => PreparedImage.Stack(Images);
}
