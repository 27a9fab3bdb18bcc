using ClipGpt2.Captioning.Training.Objectives;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The batches of a data set that can be read by index.</summary>
internal sealed class DatasetBatches(
    TokenizedCaptions captions, CaptionTargets targets, IPictureLoader pictures, int visualPositions, Func<int, List<int[]>> batchesOfEpoch) : IBatchSource
{
    /// <summary>The batches in the order of an epoch, with the options' shuffling.</summary>
    public static DatasetBatches ForTraining(TokenizedCaptions captions, CaptionTargets targets, IPictureLoader pictures, int visualPositions, CaptionTrainerOptions options) =>
        new(captions, targets, pictures, visualPositions, epoch => EpochBatches.Create(captions, options.BatchSize, options.Loading, options.Seed, epoch));

    /// <summary>The batches in the data set's order.</summary>
    public static DatasetBatches InOrder(TokenizedCaptions captions, CaptionTargets targets, IPictureLoader pictures, int visualPositions, int batchSize) =>
        new(captions, targets, pictures, visualPositions, _ => [.. Enumerable.Range(0, captions.Count).Chunk(batchSize)]);

    public int? Examples => captions.Count;

    public long? BatchesPerEpoch { get; } = batchesOfEpoch(0).Count;

    public string Hash => captions.Hash();

    public IEnumerable<TrainingBatch> Read(int epoch, long skip, CancellationToken token)
    {
        var batches = batchesOfEpoch(epoch);
        batches.RemoveRange(0, (int)Math.Min(skip, batches.Count));
        var loaded = pictures.Load(batches.Select(batch => Array.ConvertAll(batch, captions.PictureOf)), token);
        return batches.Zip(loaded).Select((pair, i) => new TrainingBatch(pair.Second, Captions(pair.First), skip + i));
    }

    private CaptionBatch Captions(int[] batch) =>
        CaptionBatch.Create(Array.ConvertAll(batch, example => (ReadOnlyMemory<int>)captions.Tokens(example).ToArray()), targets, visualPositions);
}
