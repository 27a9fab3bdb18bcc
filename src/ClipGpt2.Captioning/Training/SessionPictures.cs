using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Training;

/// <summary>Brings the pictures of a run's data sets: as embeddings, from a store or computed now, or as pixels where the encoder is trained.</summary>
internal sealed class SessionPictures(Captioner captioner, CaptionTrainerOptions options, RunWatch watch, CancellationToken token) : IDisposable
{
    private readonly ImagePreparation _preparation = new(captioner.Encoder.Preprocessor, captioner.Options);
    private EmbeddingStore? _store;

    /// <summary>What is done about pictures that are missing or broken.</summary>
    public BadPictures Bad { get; } = new(options.Loading.BadImages, watch);

    /// <summary>Brings the pictures of captions, and leaves out those captions whose pictures are bad, where that may be.</summary>
    /// <exception cref="BadImagesException">Pictures are bad, and it may not be.</exception>
    /// <exception cref="CaptioningException">The store of embeddings is stale or damaged, or an embedding is wrong.</exception>
    public (TokenizedCaptions Captions, IPictureLoader Pictures) Load(TokenizedCaptions captions)
    {
        if (!options.Freezing.Encoder)
        {
            var broken = Bad.Find(captions.Pictures, _preparation, options.Loading, token);
            Bad.Note(broken);
            var ids = broken.Select(example => example.Example.ImageId).ToHashSet(StringComparer.Ordinal);
            captions = ids.Count == 0 ? captions : captions.Where(picture => !ids.Contains(captions.Pictures[picture].ImageId));
            return (captions, new EncodedPictures(captions.Pictures, _preparation, options.Loading));
        }

        var table = Embed(captions.Pictures);
        Bad.Note(table.Bad);
        captions = table.Bad.Count == 0 ? captions : captions.Where(picture => table.TryFind(captions.Pictures[picture].ImageId, out _));
        return (captions, new EmbeddedPictures(table, captions.Pictures));
    }

    public void Dispose() => _store?.Dispose();

    private EmbeddingTable Embed(IReadOnlyList<CaptionExample> pictures)
    {
        var loader = new EmbeddingLoader(captioner.Encoder, _preparation, options.Loading) { Store = Store() };
        var rate = new EmbeddingProgress(pictures.Count, 0, watch.Progress);
        var before = 0L;
        return loader.Load(pictures, Report, token);

        void Report(long done, long total)
        {
            rate.Add((int)(done - before));
            before = done;
        }
    }

    private EmbeddingStore? Store()
    {
        if (options.Loading.EmbeddingStore is not { } folder || _store is not null)
        {
            return _store;
        }

        var storeOptions = new EmbeddingStoreOptions { ImageDecoder = captioner.Options.ImageDecoder, ImageDecoding = captioner.Options.ImageDecoding };
        return _store = EmbeddingStore.OpenFor(folder, captioner.Encoder, storeOptions, token);
    }
}
