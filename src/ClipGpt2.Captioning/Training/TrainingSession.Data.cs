using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Rewards;

namespace ClipGpt2.Captioning.Training;

/// <content>What a run reads: data sets and streams become batches.</content>
internal sealed partial class TrainingSession
{
    public TrainingResult Run(ICaptionDataset training, ICaptionDataset? validation)
    {
        var model = Model();
        var (captions, pictures) = Read(training, "training");
        if (_options.SelfCritical is not { } selfCritical)
        {
            RequireBatch(captions.Count, "examples");
            return Run(model, DatasetBatches.ForTraining(captions, _targets, pictures, _captioner.VisualPositions, _options), null, validation);
        }

        RequireBatch(captions.Pictures.Count, "pictures");
        var reward = CaptionReward.Create(captions, training, selfCritical);
        var sampling = new RewardedSampling(_captioner, model, _options, reward, _targets);
        return Run(model, new PictureBatches(captions, pictures, reward.Hash(), _options), sampling, validation);
    }

    public TrainingResult Run(ICaptionStream training, ICaptionDataset? validation)
    {
        if (_options.SelfCritical is not null)
        {
            throw new CaptioningException(
                $"{nameof(_options.SelfCritical)} needs all captions of a picture together, which a stream doesn't have: train on a data set ({nameof(ICaptionDataset)}), or without {nameof(_options.SelfCritical)}.");
        }

        var model = Model();
        var stream = _options.Loading.Shuffle ? new ShuffledCaptionStream(training, _options.Seed, _options.Loading.StreamBuffer) : training;
        return Run(model, new StreamBatches(stream, _captioner, _targets, _options.BatchSize, _options.Loading, _pictures.Bad), null, validation);
    }

    private TrainedModel Model()
    {
        TrainedAdapters.Add(_captioner, _options);
        if (_options.Checkpoints.Path is not null)
        {
            CheckpointParts.RefuseUnfit(_captioner.Parts);
        }

        return new(_captioner, _options.Freezing, _options.LabelSmoothing) { Temperature = _options.SelfCritical?.Temperature ?? 1 };
    }

    private void RequireBatch(int count, string what)
    {
        if (_options.Loading.DropLast && count < _options.BatchSize)
        {
            throw new CaptioningException(
                $"The training set's {count} {what} don't fill one batch of {_options.BatchSize}, and {nameof(_options.Loading)}.{nameof(_options.Loading.DropLast)} leaves out what doesn't: nothing is left to train on. Make batches smaller, or set {nameof(_options.Loading.DropLast)} to false.");
        }
    }

    private Validation Validation(TrainedModel model, ICaptionDataset dataset)
    {
        var (captions, pictures) = Read(dataset, "validation");
        var batches = DatasetBatches.InOrder(captions, _targets, pictures, _captioner.VisualPositions, _options.BatchSize);
        return new Validation(_captioner, model, _options.Evaluation, new ValidationData(dataset, captions, batches, pictures), _options.Seed);
    }

    /// <summary>Tokenizes a data set and brings its pictures, without those that the policy leaves out.</summary>
    private (TokenizedCaptions Captions, IPictureLoader Pictures) Read(ICaptionDataset dataset, string name)
    {
        var indices = ReferenceSubset.Indices(dataset.Count, _options.SubsetRatio);
        var captions = TokenizedCaptions.Create(dataset, indices, _captioner.Tokenizer, _targets, _token);
        var (good, pictures) = captions.Count == 0 ? (captions, null) : _pictures.Load(captions);
        return pictures is not null && good.Count > 0
            ? (good, pictures)
            : throw new CaptioningException(
                $"The {name} set has no examples to use: it holds {dataset.Count}, of which {nameof(_options.SubsetRatio)} {_options.SubsetRatio} leaves {captions.Count}, and {good.Count} of those have good pictures.");
    }
}
