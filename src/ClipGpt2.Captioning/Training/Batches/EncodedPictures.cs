using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>Pictures as pixels, decoded anew for each batch, for an encoder that is trained.</summary>
internal sealed class EncodedPictures(IReadOnlyList<CaptionExample> pictures, ImagePreparation preparation, DataLoadingOptions loading) : IPictureLoader
{
    public IEnumerable<PictureBatch> Load(IEnumerable<IReadOnlyList<int>> batches, CancellationToken token)
    {
        var examples = batches.Select(batch => (IReadOnlyList<CaptionExample>)[.. batch.Select(picture => pictures[picture])]);
        foreach (var batch in PixelLoader.Load(examples, preparation, loading, token))
        {
            if (batch.Bad.Count > 0)
            {
                throw BadImagesException.Of([.. batch.Bad.Select(bad => bad.ToBadImage())], BadPictures.Remedy);
            }

            yield return PictureBatch.Of(batch);
        }
    }
}
