using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Tests;

/// <summary>Tells observers of a run with made-up figures, in a trainer's order, without training anything.</summary>
internal sealed class FakeTrainer
{
    public const string Timestamp = "20261123_213907";
    public const string RunName = $"best_model_{Timestamp}";

    private ITrainingObserver[] _observers = [];

    /// <summary>The folder of the checkpoint, which nobody writes.</summary>
    public string Folder { get; init; } = "trained_models";

    public int Epochs { get; init; } = 3;

    public int StepsPerEpoch { get; init; } = 4;

    /// <summary>The epochs that are behind a resumed run.</summary>
    public IReadOnlyList<EpochFigures> History { get; init; } = [];

    public bool WritesCheckpoints { get; init; } = true;

    public bool Validates { get; init; } = true;

    public bool ValidatesBeforeTraining { get; init; }

    /// <summary>The loss of a step, from 1 on.</summary>
    public Func<long, double> Loss { get; init; } = step => 2.5 / (1 + (0.1 * step));

    /// <summary>The mean reward of a step; null where captions aren't rewarded.</summary>
    public Func<long, double>? Reward { get; init; }

    /// <summary>The validation loss by the epoch; the default is the best in epoch 1.</summary>
    public Func<int, double> ValidationLoss { get; init; } = epoch => 1.5 + (0.25 * Math.Abs(epoch - 1));

    public Func<int, Dictionary<string, double>> Metrics { get; init; } = epoch =>
        new() { ["bertscore_p"] = 0.8735 + (0.001 * epoch), ["bertscore_r"] = 0.887, ["bertscore_f"] = 0.8801, ["cider"] = 0.1 * epoch };

    /// <summary>The pictures of the samples; null for one with an embedding alone.</summary>
    public IReadOnlyList<string?> Images { get; init; } = ["0.jpg", null];

    public IReadOnlyList<KeyValuePair<string, string>> Configuration { get; init; } =
    [
        new("clip_config.model", "models/tiny-clip"), new("training_config.batch_size", "16"), new("training_config.learning_rate", "0.001"),
    ];

    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<long>>> TrainedWeights { get; init; } = [new("projector.0.weight", [320, 48]), new("projector.0.bias", [320])];

    /// <summary>After which step the run ends, and how; null to go on to the end.</summary>
    public (long Step, TrainingEnd End)? Break { get; init; }

    /// <summary>Plays the run.</summary>
    /// <returns>How it ended.</returns>
    public TrainingResult Run(params ITrainingObserver[] observers)
    {
        _observers = observers;
        var history = History.ToList();
        var run = Describe(history.Count * StepsPerEpoch);
        var best = history.LastOrDefault(e => e.IsBest) is { } found ? Validation(found.Epoch, isBest: true) : null;
        Each(o => o.Started(run));
        if (ValidatesBeforeTraining && history.Count == 0)
        {
            var before = Validation(-1, isBest: false);
            Each(o => o.Validated(before));
        }

        while (history.Count < Epochs)
        {
            if (!Step(history.Count))
            {
                return End(run, Break!.Value.End, Break.Value.Step, history, best);
            }

            best = EndEpoch(run, history, best);
        }

        return End(run, TrainingEnd.Completed, (long)Epochs * StepsPerEpoch, history, best);
    }

    private bool Step(int epoch)
    {
        var sum = 0.0;
        for (var i = 1; i <= StepsPerEpoch; i++)
        {
            var step = (epoch * StepsPerEpoch) + i;
            sum += Loss(step);
            var progress = Progress(epoch, step, i, sum / i);
            Each(o => o.Stepped(progress));
            if (Break?.Step == step)
            {
                return false;
            }
        }

        return true;
    }

    private TrainingProgress Progress(int epoch, int step, int done, double mean) => new()
    {
        Phase = TrainingPhase.Training,
        Epoch = epoch,
        Step = step,
        Steps = Epochs * StepsPerEpoch,
        Done = done,
        Total = StepsPerEpoch,
        Loss = Loss(step),
        MeanLoss = mean,
        LearningRate = 1e-3,
        GradientNorm = 0.5,
        Reward = Reward?.Invoke(step) ?? double.NaN,
        ExamplesPerSecond = 32,
        Elapsed = TimeSpan.FromSeconds(step),
        Remaining = TimeSpan.FromSeconds((Epochs * StepsPerEpoch) - step),
    };

    private ValidationFigures? EndEpoch(TrainingRun run, List<EpochFigures> history, ValidationFigures? best)
    {
        var (epoch, last) = (history.Count, (history.Count + 1) * StepsPerEpoch);
        var isBest = Validates && !(ValidationLoss(epoch) >= best?.Loss);
        if (Validates)
        {
            var validation = Validation(epoch, isBest);
            best = isBest ? validation : best;
            Each(o => o.Validated(validation));
            if (isBest && run.CheckpointPath is not null)
            {
                Each(o => o.CheckpointSaved(new SavedCheckpoint(CheckpointKind.Best, run.CheckpointPath, last, validation)));
            }
        }

        history.Add(new EpochFigures
        {
            Epoch = epoch,
            Step = last,
            TrainLoss = Enumerable.Range(last - StepsPerEpoch + 1, StepsPerEpoch).Average(s => Loss(s)),
            TrainReward = Reward is null ? null : Enumerable.Range(last - StepsPerEpoch + 1, StepsPerEpoch).Average(s => Reward(s)),
            ValidationLoss = Validates ? ValidationLoss(epoch) : null,
            Metrics = Validates ? Metrics(epoch) : [],
            Seconds = 1.5,
            LearningRate = 1e-3,
            IsBest = isBest,
        });
        Each(o => o.EpochEnded([.. history]));
        return best;
    }

    private ValidationFigures Validation(int epoch, bool isBest) => new()
    {
        Epoch = epoch,
        Step = (epoch + 1) * StepsPerEpoch,
        Loss = ValidationLoss(epoch),
        Metrics = Metrics(epoch),
        Samples = [.. Images.Select((image, i) => new SampleCaption($"image {i}", image, $"caption {i} of epoch {epoch}", [$"reference {i}"]))],
        IsBest = isBest,
    };

    private TrainingRun Describe(long firstStep) => new()
    {
        Name = RunName,
        Timestamp = Timestamp,
        CheckpointPath = WritesCheckpoints ? Path.Combine(Folder, $"{RunName}.safetensors") : null,
        Configuration = Configuration,
        Device = "cpu",
        TrainingExamples = 64,
        ValidationExamples = Validates ? 8 : 0,
        Epochs = Epochs,
        Steps = Epochs * StepsPerEpoch,
        FirstStep = firstStep,
        History = History,
        TrainedWeights = TrainedWeights,
    };

    private TrainingResult End(TrainingRun run, TrainingEnd end, long steps, List<EpochFigures> history, ValidationFigures? best)
    {
        var result = new TrainingResult
        {
            Run = run,
            End = end,
            Error = end == TrainingEnd.Failed ? new CaptioningException($"Step {steps}: the loss is no number; lower the <learning rate>.") : null,
            Steps = steps,
            History = [.. history],
            Best = best,
            BestCheckpoint = best is null ? null : run.CheckpointPath,
            Duration = TimeSpan.FromSeconds(5),
        };
        Each(o => o.Ended(result));
        return result;
    }

    private void Each(Action<ITrainingObserver> tell) => Array.ForEach(_observers, tell);
}
