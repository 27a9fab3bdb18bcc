using System.Numerics.Tensors;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Gathers the embeddings of a data set's images: from the examples that bring them along, from a store, and else from the encoder.</summary>
internal sealed class EmbeddingLoader(IImageEncoder encoder, ImagePreparation preparation, DataLoadingOptions loading)
{
    /// <summary>Where embeddings lie that were computed before, opened by <see cref="EmbeddingStore.OpenFor"/>; it stays the caller's.</summary>
    public EmbeddingStore? Store { get; init; }

    /// <summary>How many pictures go through the encoder together.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Loads a table. Bad pictures are noted in it; everything else that is wrong is thrown.</summary>
    /// <param name="examples">An example of each image; further ones of the same image don't matter.</param>
    /// <param name="progress">Is told how many images of how many are done.</param>
    /// <param name="token">Ends the work between two batches.</param>
    /// <exception cref="CaptioningException">An embedding has another size or numbers that aren't finite; the message names the example's place.</exception>
    /// <exception cref="StaleEmbeddingStoreException">A picture isn't the one that the store has under its id.</exception>
    public EmbeddingTable Load(IEnumerable<CaptionExample> examples, Action<long, long>? progress = null, CancellationToken token = default)
    {
        if (Store is not null && Store.Features != encoder.Features)
        {
            throw new CaptioningException($"The embedding store '{Store.Folder.Path}' holds {Store.Features}, and the encoder gives {encoder.Features}: build it again.");
        }

        var images = examples.DistinctBy(example => example.ImageId, StringComparer.Ordinal).ToList();
        ThrowIfStale(images, token);
        var missing = images.FindAll(image => image.Embedding is null && Store?.TryFind(image.ImageId, out _) != true);
        var (computed, bad) = Compute(missing, images.Count, progress, token);
        var table = new EmbeddingTable(encoder.Features, Store) { Computed = computed.Count, Bad = bad };
        foreach (var image in images)
        {
            if (image.Embedding is { } own)
            {
                table.Add(image.ImageId, Checked(image, own));
            }
            else if (computed.TryGetValue(image.ImageId, out var embedding))
            {
                table.Add(image.ImageId, embedding);
            }
            else if (Store is not null && Store.TryFind(image.ImageId, out var row))
            {
                table.Add(image.ImageId, row);
            }
        }

        return table;
    }

    /// <summary>The store's own files were compared when it was opened; here are those that the data has under other paths.</summary>
    private void ThrowIfStale(List<CaptionExample> images, CancellationToken token)
    {
        List<string> differences = [];
        foreach (var image in images.Where(image => Store is not null && image.Embedding is null))
        {
            token.ThrowIfCancellationRequested();
            if (image.Image?.FilePath is { } path && Store!.TryFind(image.ImageId, out var row) && Store.Records[row] is var record && !IsSame(record, path))
            {
                differences.Add($"image '{image.ImageId}': the file '{path}' isn't what '{record.Name}' was");
            }
        }

        if (differences.Count > 0)
        {
            throw StaleEmbeddingStoreException.Of(Store!.Folder.Path, differences);
        }
    }

    private static bool IsSame(ImageRecord record, string path)
    {
        if (record.Name == path || record.Stamp is not { } stamp || !File.Exists(path))
        {
            return true;
        }

        // Where a whole folder was moved, size and time say enough; files that were written together may share both.
        return Path.GetFileName(record.Name) == Path.GetFileName(path) ? stamp.Matches(path) : stamp.HasContentOf(path);
    }

    private (Dictionary<string, float[]> Computed, List<BadExample> Bad) Compute(List<CaptionExample> missing, int total, Action<long, long>? progress, CancellationToken token)
    {
        var computed = new Dictionary<string, float[]>(StringComparer.Ordinal);
        List<BadExample> bad = [.. missing.Where(image => image.Image is null).Select(image => new BadExample(image, new($"{Place(image)}: there is neither a picture nor an embedding.")))];
        var pictures = missing.FindAll(image => image.Image is not null);
        var limits = new PreparationLimits(loading.Threads, int.MaxValue, (long)loading.PrefetchMegabytes << 20);
        using var queue = new PreparationQueue(pictures.Select(image => image.Image!), preparation, limits, token);
        progress?.Invoke(total - pictures.Count, total);
        for (var done = 0; queue.NextBatch(BatchSize) is { Count: > 0 } batch; done += batch.Count)
        {
            token.ThrowIfCancellationRequested();
            var rows = EmbeddingRows.Encode(encoder, batch);
            for (var i = 0; i < batch.Count; i++)
            {
                if (rows[i] is { } row)
                {
                    computed.Add(pictures[done + i].ImageId, row);
                }
                else
                {
                    bad.Add(new BadExample(pictures[done + i], batch[i].Error!));
                }
            }

            progress?.Invoke(total - pictures.Count + done + batch.Count, total);
        }

        return (computed, bad);
    }

    private ReadOnlyMemory<float> Checked(CaptionExample image, ReadOnlyMemory<float> embedding)
    {
        if (embedding.Length != encoder.Features.Numbers)
        {
            throw new CaptioningException($"{Place(image)}: the embedding has {embedding.Length} numbers, and the encoder's have {encoder.Features.Numbers}.");
        }

        return TensorPrimitives.IsFiniteAll(embedding.Span)
            ? embedding
            : throw new CaptioningException($"{Place(image)}: the embedding holds NaN or infinity.");
    }

    private static string Place(CaptionExample image) => $"{(image.Location is { } location ? $"{location}, " : "")}image '{image.ImageId}'";
}
