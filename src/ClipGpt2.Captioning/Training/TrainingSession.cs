using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training;

/// <summary>Puts the parts of one run together, runs it, and tells how it ended.</summary>
internal sealed class TrainingSession(
    Captioner captioner, CaptionTrainerOptions options, ILogger logger, TimeProvider time, IProgress<TrainingProgress>? progress, CancellationToken token)
{
    private readonly RunWatch _watch = new(options.Observers, progress, logger, time);
    private readonly CaptionTargets _targets = CaptionTargets.Create(options.Objective, captioner.Tokenizer, options.MaxTextTokens);

    public TrainingResult Run(ICaptionDataset training, ICaptionDataset? validation)
    {
        using var scope = NewDisposeScope();
        var model = new TrainedModel(captioner, options.Freezing, options.LabelSmoothing);
        using var source = Source(training);
        return Run(model, source, validation);
    }

    public TrainingResult Run(ICaptionStream training, ICaptionDataset? validation)
    {
        using var scope = NewDisposeScope();
        var model = new TrainedModel(captioner, options.Freezing, options.LabelSmoothing);
        using var source = new StreamBatches(training, captioner, _targets, options, _watch);
        return Run(model, source, validation);
    }

    private TrainingResult Run(TrainedModel model, IBatchSource source, ICaptionDataset? validationSet)
    {
        using var validation = validationSet is null ? null : Validation(model, validationSet);
        using var step = new TrainingStep(model, options.Optimization, options.LearningRate);
        var setup = RunSetup.Describe(captioner, model, options, source);
        var names = Names();
        var writer = new CheckpointWriter(captioner, model, CheckpointDescription.Of(captioner, options));
        var files = options.Checkpoints.Path is null ? null : new RunFiles(names, writer, model, step, options.Checkpoints, setup, _watch);
        var loop = new TrainingLoop(options, step, source, validation, files, _watch);
        var state = Begin(names, model, step, setup);
        var run = Describe(model, source, validation, names, loop, state);
        _watch.Started(run, model.Weights.Sum(weight => weight.Weight.numel()));
        return Run(loop, run, state, files);
    }

    private TrainingResult Run(TrainingLoop loop, TrainingRun run, RunState state, RunFiles? files)
    {
        try
        {
            return End(loop.Run(state, token), null);
        }
        catch (Exception e)
        {
            End(e is OperationCanceledException ? TrainingEnd.Cancelled : TrainingEnd.Failed, e);
            throw;
        }

        TrainingResult End(TrainingEnd end, Exception? error)
        {
            var result = new TrainingResult
            {
                Run = run,
                End = end,
                Error = error,
                Steps = state.Step,
                History = [.. state.History],
                Best = state.Best,
                BestCheckpoint = files?.BestIfWritten,
                LastCheckpoint = files?.LastIfWritten,
                Duration = _watch.Elapsed,
            };
            _watch.Ended(result);
            return result;
        }
    }

    private CheckpointFiles Names()
    {
        var path = options.Checkpoints.Path;
        var names = options.Checkpoints.Resume ? CheckpointFiles.Newest(path!) : CheckpointFiles.Begin(path ?? "captioner", time.GetLocalNow());
        if (path is not null)
        {
            names.Prepare();
        }

        return names;
    }

    private RunState Begin(CheckpointFiles names, TrainedModel model, TrainingStep step, IReadOnlyDictionary<string, string> setup)
    {
        if (!options.Checkpoints.Resume)
        {
            return new RunState { Timestamp = names.Timestamp };
        }

        var state = StateFile.Restore(names.State, model, step, setup);
        _watch.Resumed(state);
        return state;
    }

    private TrainingRun Describe(TrainedModel model, IBatchSource source, Validation? validation, CheckpointFiles names, TrainingLoop loop, RunState state) => new()
    {
        Name = names.RunName,
        Timestamp = names.Timestamp,
        CheckpointPath = options.Checkpoints.Path is null ? null : names.Best,
        Configuration = RunSetup.Configuration(captioner, options),
        Device = captioner.Options.Device,
        TrainingExamples = source.Examples,
        ValidationExamples = validation?.Examples ?? 0,
        Epochs = options.Epochs,
        Steps = loop.Steps,
        FirstStep = state.Step,
        History = [.. state.History],
        TrainedWeights = [.. model.Weights.Select(weight => new KeyValuePair<string, IReadOnlyList<long>>(weight.Name, weight.Weight.shape))],
    };

    private DatasetBatches Source(ICaptionDataset training)
    {
        var (captions, pictures) = Read(training, SeedSubset.Indices(training.Count, options.SubsetRatio), "training");
        return DatasetBatches.ForTraining(captions, _targets, pictures, captioner.Projector.PrefixLength, options);
    }

    private Validation Validation(TrainedModel model, ICaptionDataset dataset)
    {
        var (captions, pictures) = Read(dataset, SeedSubset.Indices(dataset.Count, options.SubsetRatio), "validation");
        var batches = DatasetBatches.InOrder(captions, _targets, pictures, captioner.Projector.PrefixLength, options.BatchSize);
        return new Validation(captioner, model, options.Evaluation, new ValidationData(dataset, captions, batches, pictures), options.Seed);
    }

    /// <summary>Tokenizes a data set and brings its pictures, without those that the policy leaves out.</summary>
    private (TokenizedCaptions Captions, IPictureLoader Pictures) Read(ICaptionDataset dataset, IReadOnlyList<int> indices, string name)
    {
        var captions = TokenizedCaptions.Create(dataset, indices, captioner.Tokenizer, _targets, token);
        if (captions.Count == 0)
        {
            throw new CaptioningException($"The {name} set has no examples.");
        }

        if (!options.Freezing.Encoder)
        {
            return (captions, new EncodedPictures(captions.Pictures, captioner, options.Loading));
        }

        var bad = new List<(int, CaptioningException)>();
        var pictures = EmbeddedPictures.Compute(captions.Pictures, captioner, (_, _) => { }, bad, token);
        return (captions, pictures);
    }
}
