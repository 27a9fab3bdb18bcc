using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>What a run does about pictures that are missing or broken.</summary>
internal sealed class BadPictures(BadImagePolicy policy, RunWatch watch)
{
    public const string Remedy = $"Mend or remove them, or set {nameof(DataLoadingOptions)}.{nameof(DataLoadingOptions.BadImages)} to {nameof(BadImagePolicy.Skip)}.";

    /// <summary>Takes note of bad pictures where they may be left out.</summary>
    /// <exception cref="BadImagesException">They may not.</exception>
    public void Note(IReadOnlyList<BadExample> bad)
    {
        if (bad.Count > 0 && policy == BadImagePolicy.Fail)
        {
            throw BadImagesException.Of([.. bad.Select(example => example.ToBadImage())], Remedy);
        }

        foreach (var example in bad)
        {
            watch.LeftOut(example.Example.ImageId, example.Error.Message);
        }
    }

    /// <summary>The pictures that an encoder in training couldn't read: looked for at once where they may be left out, so that batches are the same in each epoch.</summary>
    public List<BadExample> Find(IReadOnlyList<CaptionExample> pictures, ImagePreparation preparation, DataLoadingOptions loading, CancellationToken token) =>
        policy == BadImagePolicy.Fail
            ? []
            : [.. PixelLoader.Load(pictures.Select(picture => (IReadOnlyList<CaptionExample>)[picture]), preparation, loading, token).SelectMany(batch => batch.Bad)];
}
