using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The embeddings of all pictures in memory, computed once for all epochs.</summary>
internal sealed class EmbeddedPictures(float[] values, int dimension) : IPictureLoader
{
    public static EmbeddedPictures Compute(IReadOnlyList<CaptionExample> pictures, Captioner captioner, Action<long, long> progress, List<(int, CaptioningException)> bad, CancellationToken token)
    {
        var dimension = captioner.Encoder.EmbeddingDimension;
        var values = new float[pictures.Count * dimension];
        using var queue = new PreparationQueue(pictures.Select(p => p.Image!), captioner.Encoder.Preprocessor, captioner.Options, token);
        var row = 0;
        using var frozen = no_grad();
        while (queue.NextBatch() is { Count: > 0 } batch)
        {
            foreach (var image in batch)
            {
                if (image.Error is { } error)
                {
                    bad.Add((row, error));
                }
                else
                {
                    using var scope = NewDisposeScope();
                    using var pixels = tensor(image.Pixels).view(1, 3, image.Size.Height, image.Size.Width);
                    captioner.Encoder.Encode(pixels).cpu().data<float>().ToArray().CopyTo(values, row * dimension);
                }

                row++;
            }

            progress(row, pictures.Count);
        }

        return new EmbeddedPictures(values, dimension);
    }

    public IEnumerable<PictureBatch> Load(IEnumerable<IReadOnlyList<int>> batches, CancellationToken token)
    {
        foreach (var batch in batches)
        {
            var rows = new float[batch.Count * dimension];
            for (var i = 0; i < batch.Count; i++)
            {
                values.AsSpan(batch[i] * dimension, dimension).CopyTo(rows.AsSpan(i * dimension));
            }

            yield return new PictureBatch(rows, [batch.Count, dimension]);
        }
    }

    public void Dispose()
    {
    }
}
