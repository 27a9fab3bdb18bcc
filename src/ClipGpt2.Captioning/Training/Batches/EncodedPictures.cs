using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The pixels of each batch's pictures, for an encoder that is trained.</summary>
internal sealed class EncodedPictures(IReadOnlyList<CaptionExample> pictures, Captioner captioner, DataLoadingOptions loading) : IPictureLoader
{
    public IEnumerable<PictureBatch> Load(IEnumerable<IReadOnlyList<int>> batches, CancellationToken token)
    {
        foreach (var batch in batches)
        {
            var images = batch.AsParallel().AsOrdered().WithDegreeOfParallelism(loading.Threads)
                .Select(i => PreparedImage.From(pictures[i].Image!, captioner.Encoder.Preprocessor, captioner.Options))
                .ToList();
            if (images.Find(image => image.Error is not null)?.Error is { } error)
            {
                throw error;
            }

            yield return new PictureBatch([.. images.SelectMany(image => image.Pixels)], [images.Count, 3, images[0].Size.Height, images[0].Size.Width]);
        }
    }

    public void Dispose()
    {
    }
}
