using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>One run of a builder over pictures, in a folder that it has to itself.</summary>
internal sealed class StoreBuild(IImageEncoder encoder, EmbeddingStoreOptions options, StoreOrigin origin, StoreFolder folder, ILogger logger)
{
    private readonly int _chunkSize = (options.ChunkSize + options.BatchSize - 1) / options.BatchSize * options.BatchSize;

    public EmbeddingStoreResult Run(IReadOnlyList<KeyValuePair<string, ImageSource>> images, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        int rows, kept;
        List<BadImage> bad;
        var settings = origin.BuildSettings(encoder.Features.Size, options.BatchSize, _chunkSize);
        using (var journal = EmbeddingJournal.Open(folder.Journal, settings, logger))
        {
            var chunks = images.Chunk(_chunkSize).Select((members, index) => new Chunk(index, members)).ToList();
            var pending = chunks.FindAll(chunk => !IsDone(journal, chunk, token));
            kept = images.Count - pending.Sum(chunk => chunk.Images.Length);
            if (kept > 0)
            {
                EmbeddingLog.Resumed(logger, kept, images.Count);
            }

            Embed(pending, journal, new EmbeddingProgress(images.Count, kept, progress), token);
            token.ThrowIfCancellationRequested();
            bad = [.. All().Where(image => image.Record.Error is not null).Select(image => image.Record.ToBadImage())];
            Judge(bad);
            rows = StoreWriter.Write(folder, origin, encoder.Features.Size, All);

            IEnumerable<EmbeddedImage> All() => chunks.SelectMany(chunk => journal.Read(chunk.Index)!);
        }

        folder.Remove(folder.Journal);
        EmbeddingLog.Written(logger, folder.Path, rows, TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        return new EmbeddingStoreResult(rows, kept, bad);
    }

    /// <summary>Whether the journal has a chunk, and its pictures still are the same.</summary>
    private static bool IsDone(EmbeddingJournal journal, Chunk chunk, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return journal.Read(chunk.Index) is { } done
            && done.Count == chunk.Images.Length
            && done.Zip(chunk.Images).All(pair => pair.First.Record.Matches(pair.Second.Key, pair.Second.Value));
    }

    private void Embed(List<Chunk> pending, EmbeddingJournal journal, EmbeddingProgress progress, CancellationToken token)
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

            journal.Append(chunk.Index, done);
        }
    }

    private EmbeddedImage[] Embed(List<PreparedImage> batch, ReadOnlySpan<KeyValuePair<string, ImageSource>> images)
    {
        var rows = EmbeddingRows.Encode(encoder, batch);
        var embedded = new EmbeddedImage[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var bytes = rows[i] is { } row ? EmbeddingRows.ToBytes(row, options.Precision, batch[i].Source.Name) : [];
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
