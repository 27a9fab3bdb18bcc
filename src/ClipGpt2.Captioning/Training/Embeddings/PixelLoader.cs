using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Loads the pixels of batches of examples ahead of who trains on them: for encoders that are trained too, and for streams.</summary>
/// <remarks>
/// The batches are read on a thread of its own, one after the other; pictures are decoded on further ones. What is ahead takes at most
/// <see cref="DataLoadingOptions.PrefetchMegabytes"/>, as long as a batch takes at most a quarter of that: half is for pictures, half for whole
/// batches. What is wrong with the batches themselves is thrown in its turn, after the batches before it. When the enumeration ends, however it
/// ends, no thread is left.
/// </remarks>
internal static class PixelLoader
{
    /// <exception cref="CaptioningException">The preprocessing gives pictures of different sizes.</exception>
    public static IEnumerable<PixelBatch> Load(
        IEnumerable<IReadOnlyList<CaptionExample>> batches, ImagePreparation preparation, DataLoadingOptions loading, CancellationToken token = default) =>
        preparation.Preprocessor.FixedSize is null
            ? throw new CaptioningException("Pictures of different sizes can't be in one batch: the encoder's preprocessing must crop them, or resize them to one size.")
            : Read(batches, preparation, loading, token);

    private static IEnumerable<PixelBatch> Read(
        IEnumerable<IReadOnlyList<CaptionExample>> batches, ImagePreparation preparation, DataLoadingOptions loading, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        using var ready = new BlockingCollection<PixelBatch>(boundedCapacity: 1);
        var limits = new PreparationLimits(loading.Threads, int.MaxValue, (long)loading.PrefetchMegabytes << 19);
        ExceptionDispatchInfo? error = null;
        var reader = new Thread(() => error = Fill(ready, batches, preparation, limits, stop.Token)) { IsBackground = true, Name = nameof(PixelLoader) };
        reader.Start();
        try
        {
            foreach (var batch in ready.GetConsumingEnumerable(token))
            {
                yield return batch;
            }
        }
        finally
        {
            stop.Cancel();
            reader.Join();
        }

        error?.Throw();
    }

    /// <returns>What ended the reading before its end.</returns>
    private static ExceptionDispatchInfo? Fill(
        BlockingCollection<PixelBatch> ready, IEnumerable<IReadOnlyList<CaptionExample>> batches, ImagePreparation preparation, PreparationLimits limits, CancellationToken token)
    {
        try
        {
            var begun = new Queue<IReadOnlyList<CaptionExample>>();
            var images = new List<PreparedImage>();
            using var queue = new PreparationQueue(Pictures(batches, begun), preparation, limits, token);
            while (queue.NextBatch(1) is [var image])
            {
                AddComplete();
                images.Add(image);
                AddComplete();
            }

            AddComplete();
            return null;

            void AddComplete()
            {
                while (begun.TryPeek(out var batch) && batch.Count(example => example.Image is not null) == images.Count)
                {
                    ready.Add(PixelBatch.Of(begun.Dequeue(), images), token);
                    images.Clear();
                }
            }
        }
        catch (Exception e)
        {
            return ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    /// <summary>The batches' pictures one after the other; each batch is noted when the first of its pictures is asked for.</summary>
    private static IEnumerable<ImageSource> Pictures(IEnumerable<IReadOnlyList<CaptionExample>> batches, Queue<IReadOnlyList<CaptionExample>> begun)
    {
        foreach (var batch in batches)
        {
            begun.Enqueue(batch);
            foreach (var example in batch.Where(example => example.Image is not null))
            {
                yield return example.Image!;
            }
        }
    }
}
