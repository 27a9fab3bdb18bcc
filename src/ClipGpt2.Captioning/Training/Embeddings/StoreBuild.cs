using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>One run of a builder over pictures, in a folder that it has to itself.</summary>
internal sealed class StoreBuild(IImageEncoder encoder, EmbeddingStoreOptions options, StoreOrigin origin, StoreFolder folder, ILogger logger)
{
    /// <summary>The most that a chunk of sequences takes, since all of it is in memory until it is written; a batch of pictures may take more.</summary>
    private const long MostChunkBytes = 256 << 20;

    private readonly FeatureShape _features = encoder.Features;
    private readonly EmbeddingPrecision _precision = origin.Precision;
    private readonly int _chunkSize = ChunkSize(options, RowBytes(encoder.Features, origin.Precision), encoder.Features.Length is not null);

    public EmbeddingStoreResult Run(IReadOnlyList<KeyValuePair<string, ImageSource>> images, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        int rows, kept;
        List<BadImage> bad;
        var settings = origin.BuildSettings(_features, options.BatchSize, _chunkSize);
        var chunks = images.Chunk(_chunkSize).Select((members, index) => new Chunk(index, members)).ToList();
        var shards = _features.Length is null ? null : new StoreShards(folder, origin, _features, settings, chunks.Count, logger);
        using (IBuiltChunks built = shards ?? (IBuiltChunks)EmbeddingJournal.Open(folder.Journal, settings, logger))
        {
            var pending = chunks.FindAll(chunk => !IsDone(built, chunk, token));
            kept = images.Count - pending.Sum(chunk => chunk.Images.Length);
            if (kept > 0)
            {
                EmbeddingLog.Resumed(logger, kept, images.Count);
            }

            RequireRoom(images.Count, images.Count - kept);
            Embed(pending, built, new EmbeddingProgress(images.Count, kept, progress), token);
            token.ThrowIfCancellationRequested();
            bad = [.. All().Where(image => image.Record.Error is not null).Select(image => image.Record.ToBadImage())];
            Judge(bad);
            rows = shards?.Complete() ?? StoreWriter.Write(folder, origin, _features.Size, All);

            IEnumerable<EmbeddedImage> All() => chunks.SelectMany(chunk => built.Read(chunk.Index)!);
        }

        folder.Remove(folder.Journal);
        EmbeddingLog.Written(logger, folder.Path, rows, TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        return new EmbeddingStoreResult(rows, kept, bad);
    }

    /// <summary>Says how much the store takes, and refuses a disk that is too small. A store of vectors is written from its journal, which so is there beside it.</summary>
    private void RequireRoom(int images, int pending)
    {
        var each = RowBytes(_features, _precision);
        EmbeddingLog.Size(logger, images, _features.ToString(), FreeSpace.Size(each), FreeSpace.Size(images * each));
        var bytes = (pending + (_features.Length is null ? images : 0)) * each;
        FreeSpace.Require(folder.Path, bytes, $"the embedding store of {images} pictures ({FreeSpace.Size(each)} each)", "What was embedded before is kept.");
    }

    private static long RowBytes(FeatureShape features, EmbeddingPrecision precision) => (long)features.Numbers * precision.ElementBytes();

    /// <summary>Whole batches.</summary>
    private static int ChunkSize(EmbeddingStoreOptions options, long rowBytes, bool isLimited)
    {
        var most = isLimited ? (int)Math.Clamp(MostChunkBytes / rowBytes, 1, options.ChunkSize) : options.ChunkSize;
        return (most + options.BatchSize - 1) / options.BatchSize * options.BatchSize;
    }

    /// <summary>Whether a chunk was done before, and its pictures still are the same.</summary>
    private static bool IsDone(IBuiltChunks built, Chunk chunk, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return built.Read(chunk.Index) is { } done
            && done.Count == chunk.Images.Length
            && done.Zip(chunk.Images).All(pair => pair.First.Record.Matches(pair.Second.Key, pair.Second.Value));
    }

    private void Embed(List<Chunk> pending, IBuiltChunks built, EmbeddingProgress progress, CancellationToken token)
    {
        var limits = new PreparationLimits(options.Threads, int.MaxValue, (long)options.PrefetchMegabytes << 20);
        using var queue = new PreparationQueue(pending.SelectMany(chunk => chunk.Images).Select(image => image.Value), options.Preparation(encoder), limits, token);
        foreach (var chunk in pending)
        {
            var done = new List<EmbeddedImage>(chunk.Images.Length);
            while (done.Count < chunk.Images.Length)
            {
                var batch = queue.NextBatch(Math.Min(options.BatchSize, chunk.Images.Length - done.Count));
                token.ThrowIfCancellationRequested();
                EmbeddingLog.BatchBegun(logger, chunk.Index, batch.Count);
                done.AddRange(Embed(batch, chunk.Images.AsSpan(done.Count, batch.Count)));
                EmbeddingLog.BatchEnded(logger, chunk.Index, done.Count, chunk.Images.Length);
                progress.Add(batch.Count);
            }

            built.Append(chunk.Index, done);
        }
    }

    private EmbeddedImage[] Embed(List<PreparedImage> batch, ReadOnlySpan<KeyValuePair<string, ImageSource>> images)
    {
        var rows = EmbeddingRows.Encode(encoder, batch);
        var embedded = new EmbeddedImage[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var bytes = rows[i] is { } row ? EmbeddingRows.ToBytes(row, _precision, batch[i].Source.Name) : [];
            embedded[i] = new EmbeddedImage(ImageRecord.Of(images[i].Key, batch[i]), bytes);
        }

        return embedded;
    }

    private void Judge(List<BadImage> bad)
    {
        if (bad.Count > 0 && options.BadImages == BadImagePolicy.Fail)
        {
            throw BadImagesException.Of(bad, "Mend or remove them, or have them skipped. What was embedded is kept for the next build.");
        }

        bad.ForEach(image => EmbeddingLog.ImageSkipped(logger, image.Name, image.Error));
    }

    private sealed record Chunk(int Index, KeyValuePair<string, ImageSource>[] Images);
}
