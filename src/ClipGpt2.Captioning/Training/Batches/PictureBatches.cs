namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The pictures of a data set, each once an epoch, for training that writes their captions itself.</summary>
/// <param name="captions">The examples.</param>
/// <param name="pictures">Brings their pictures.</param>
/// <param name="hash">What tells the captions' texts from others.</param>
/// <param name="options">The batches' size and order.</param>
internal sealed class PictureBatches(TokenizedCaptions captions, IPictureLoader pictures, string hash, CaptionTrainerOptions options) : IBatchSource
{
    public int? Examples => captions.Pictures.Count;

    public long? BatchesPerEpoch { get; } = EpochBatches.OfPictures(captions.Pictures.Count, options.BatchSize, options.Loading, options.Seed, epoch: 0).Count;

    public string Hash => $"{captions.Hash()} {hash}";

    public IEnumerable<TrainingBatch> Read(int epoch, long skip, CancellationToken token)
    {
        var batches = Numbers(epoch).Skip(checked((int)skip)).ToList();
        return batches.Zip(pictures.Load(batches, token)).Select((pair, i) => new TrainingBatch(pair.Second, CaptionBatch.None, skip + i) { PictureNumbers = pair.First });
    }

    private List<int[]> Numbers(int epoch) => EpochBatches.OfPictures(captions.Pictures.Count, options.BatchSize, options.Loading, options.Seed, epoch);
}
