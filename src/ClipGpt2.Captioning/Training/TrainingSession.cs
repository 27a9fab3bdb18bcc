using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Rewards;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training;

/// <summary>Puts the parts of one run together, runs it, and tells how it ended.</summary>
internal sealed partial class TrainingSession : IDisposable
{
    private readonly Captioner _captioner;
    private readonly CaptionTrainerOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationToken _token;
    private readonly RunWatch _watch;
    private readonly CaptionTargets _targets;
    private readonly SessionPictures _pictures;

    public TrainingSession(Captioner captioner, CaptionTrainerOptions options, ILogger logger, TimeProvider time, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        (_captioner, _options, _time, _token) = (captioner, options, time, token);
        _watch = new RunWatch(options.Observers, progress, logger, time);
        _targets = options.Objective.Targets(captioner.Tokenizer, options.MaxTextTokens);
        _pictures = new SessionPictures(captioner, options, _watch, token);
    }

    public void Dispose() => _pictures.Dispose();

    private TrainingResult Run(TrainedModel model, IBatchSource source, RewardedSampling? sampling, ICaptionDataset? validationSet)
    {
        var validation = validationSet is null ? null : Validation(model, validationSet);
        using var step = new TrainingStep(model, _options.Optimization, _options.LearningRate);
        var setup = RunSetup.Describe(_captioner, model, _options, source);
        var names = Names();
        var files = _options.Checkpoints.Path is null ? null : Files(names, model, step, setup);
        var loop = new TrainingLoop(_options, step, source, sampling, validation, files, _watch);
        var state = Begin(names, model, step, setup);
        var run = Describe(model, source, validation, names, loop, state);
        _watch.Started(run, model.Weights.Sum(weight => weight.Weight.numel()));
        return Run(loop, run, state, files);
    }

    private TrainingResult Run(TrainingLoop loop, TrainingRun run, RunState state, RunFiles? files)
    {
        TrainingEnd end;
        try
        {
            end = loop.Run(state, _token);
        }
        catch (Exception e)
        {
            _watch.EndedBy(e, Result(e is OperationCanceledException ? TrainingEnd.Cancelled : TrainingEnd.Failed, e));
            throw;
        }

        var result = Result(end, null);
        _watch.Ended(result);
        return result;

        TrainingResult Result(TrainingEnd end, Exception? error)
        {
            return new TrainingResult
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
        }
    }

    /// <summary>Describing the captioner hashes its base models: done only where something is written.</summary>
    private RunFiles Files(CheckpointFiles names, TrainedModel model, TrainingStep step, IReadOnlyDictionary<string, string> setup)
    {
        var writer = new CheckpointWriter(_captioner, model, RunDescription.Of(_captioner, _options));
        return new RunFiles(names, writer, model, step, _options.Checkpoints, setup, _watch);
    }

    private CheckpointFiles Names()
    {
        var path = _options.Checkpoints.Path;
        var names = _options.Checkpoints.Resume ? CheckpointFiles.Newest(path!) : CheckpointFiles.Begin(path ?? "captioner", _time.GetLocalNow());
        if (path is not null)
        {
            names.Prepare();
        }

        return names;
    }

    private RunState Begin(CheckpointFiles names, TrainedModel model, TrainingStep step, IReadOnlyDictionary<string, string> setup)
    {
        if (!_options.Checkpoints.Resume)
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
        CheckpointPath = _options.Checkpoints.Path is null ? null : names.Best,
        Configuration = RunSetup.Configuration(_captioner, _options),
        Device = _captioner.Options.Device,
        TrainingExamples = source.Examples,
        ValidationExamples = validation?.Examples ?? 0,
        Epochs = _options.Epochs,
        Steps = loop.Steps,
        FirstStep = state.Step,
        History = [.. state.History],
        TrainedWeights = [.. model.Weights.Select(weight => new KeyValuePair<string, IReadOnlyList<long>>(weight.Name, weight.Weight.shape))],
    };
}
