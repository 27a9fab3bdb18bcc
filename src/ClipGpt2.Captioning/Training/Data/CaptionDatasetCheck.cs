using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Goes once over a data set and finds pictures that are missing or broken, and captions that are empty.</summary>
/// <remarks>Examples are read on one thread and pictures looked at on several, each picture once; the report doesn't depend on how many.</remarks>
public static class CaptionDatasetCheck
{
    /// <summary>Checks a data set; what can't be read is part of the report.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">How closely to look; null for the defaults.</param>
    /// <param name="progress">Told the number of pictures that were looked at, now and then.</param>
    /// <param name="token">Ends the check.</param>
    /// <exception cref="CaptioningException">The options are wrong.</exception>
    public static CaptionDatasetReport Run(
        ICaptionDataset dataset, CaptionDatasetCheckOptions? options = null, IProgress<long>? progress = null, CancellationToken token = default)
    {
        var inventory = new CaptionInventory();
        return Run(inventory, inventory.Of(dataset), options, progress, token);
    }

    /// <summary>Checks one pass over a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">How closely to look; null for the defaults.</param>
    /// <param name="progress">Told the number of pictures that were looked at, now and then.</param>
    /// <param name="token">Ends the check.</param>
    /// <exception cref="CaptioningException">The options are wrong, or the stream can't be read on.</exception>
    public static CaptionDatasetReport Run(
        ICaptionStream stream, CaptionDatasetCheckOptions? options = null, IProgress<long>? progress = null, CancellationToken token = default)
    {
        var inventory = new CaptionInventory();
        return Run(inventory, inventory.Of(stream.Read(epoch: 0, token)), options, progress, token);
    }

    private static CaptionDatasetReport Run(
        CaptionInventory inventory, IEnumerable<InventoryImage> images, CaptionDatasetCheckOptions? options, IProgress<long>? progress, CancellationToken token)
    {
        const int Reported = 1000;
        options ??= new();
        options.Validate();
        var looked = 0L;
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = token };
            Parallel.ForEach(Partitioner.Create(images, EnumerablePartitionerOptions.NoBuffering), parallel, image =>
            {
                image.Look(options);
                if (Interlocked.Increment(ref looked) is var count && count % Reported == 0)
                {
                    progress?.Report(count);
                }
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        progress?.Report(looked);
        return inventory.Report();
    }
}
