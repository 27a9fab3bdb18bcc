using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Data.Sampling;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>Which examples make the batches of an epoch, and in which order they come.</summary>
/// <remarks>It depends on lengths, options, seed and epoch alone, so that a run can go on in the middle of an epoch.</remarks>
internal static class EpochBatches
{
    /// <summary>The batches of an epoch.</summary>
    /// <param name="captions">The examples.</param>
    /// <param name="batchSize">The most examples of a batch.</param>
    /// <param name="loading">Whether to shuffle, and how many batches are sorted by length together.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <returns>Numbers of examples.</returns>
    public static List<int[]> Create(TokenizedCaptions captions, int batchSize, DataLoadingOptions loading, long seed, int epoch)
    {
        var order = Order(captions.Count, batchSize, loading, seed, epoch);
        if (loading.BucketBatches == 1)
        {
            return [.. order.Chunk(batchSize)];
        }

        // The sort is stable, so that equally long captions keep their random order.
        var batches = order.Chunk(checked(batchSize * loading.BucketBatches))
            .SelectMany(bucket => bucket.OrderBy(captions.Length).Chunk(batchSize))
            .ToList();
        return loading.Shuffle ? [.. Permutation(batches.Count, ~seed, epoch).Select(i => batches[i])] : batches;
    }

    /// <summary>The batches of pictures of an epoch, which have no lengths to be sorted by.</summary>
    /// <returns>Numbers of pictures.</returns>
    public static List<int[]> OfPictures(int count, int batchSize, DataLoadingOptions loading, long seed, int epoch) => [.. Order(count, batchSize, loading, seed, epoch).Chunk(batchSize)];

    private static int[] Order(int count, int batchSize, DataLoadingOptions loading, long seed, int epoch)
    {
        int[] order = loading.Shuffle ? Permutation(count, seed, epoch) : [.. Enumerable.Range(0, count)];
        return loading.DropLast ? order[..(order.Length / batchSize * batchSize)] : order;
    }

    /// <summary>An order of its own for each epoch of each seed.</summary>
    private static int[] Permutation(int count, long seed, int epoch) => TorchPermutation.Draw(count, DerivedSeed.Of(seed, epoch));
}
