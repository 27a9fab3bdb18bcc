using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training;

/// <summary>Tells observers, progress and log what a run does, and keeps its time.</summary>
internal sealed class RunWatch(IEnumerable<ITrainingObserver> observers, IProgress<TrainingProgress>? progress, ILogger logger, TimeProvider time)
{
    // How much of the rate so far a new measurement leaves.
    private const double RateMemory = 0.9;

    private readonly ITrainingObserver[] _observers = [.. observers];
    private readonly long _began = time.GetTimestamp();
    private long _lastStep = time.GetTimestamp();
    private long _stepsHere;
    private double _rate;

    /// <summary>Who is told of every step; null for nobody.</summary>
    public IProgress<TrainingProgress>? Progress => progress;

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public void Started(TrainingRun run, long numbers)
    {
        CaptionTrainerLog.Started(logger, run.TrainedWeights.Count, numbers, run.TrainingExamples, run.Device, run.Name);
        Each(observer => observer.Started(run));
    }

    public void Resumed(RunState state) => CaptionTrainerLog.Resumed(logger, state.Step, state.Epoch);

    public void LeftOut(string image, string reason) => CaptionTrainerLog.LeftOut(logger, image, reason);

    /// <summary>Work that isn't a step: an embedding or a validation.</summary>
    public void Worked(TrainingPhase phase, RunState state, long? steps, long done, long? total, double examplesPerSecond = 0)
    {
        // A validation's time is no part of the steps' rate.
        _lastStep = time.GetTimestamp();
        progress?.Report(At(phase, state, steps) with { Done = done, Total = total, ExamplesPerSecond = examplesPerSecond });
    }

    public void Stepped(RunState state, long? steps, long? stepsOfEpoch, double loss, double gradientNorm, double reward, int examples)
    {
        var seconds = time.GetElapsedTime(_lastStep).TotalSeconds;
        _lastStep = time.GetTimestamp();
        _stepsHere++;
        var rate = examples / Math.Max(seconds, 1e-9);
        _rate = _rate == 0 ? rate : (RateMemory * _rate) + ((1 - RateMemory) * rate);
        CaptionTrainerLog.Stepped(logger, state.Step, loss, state.LearningRate);
        if (!double.IsNaN(reward))
        {
            CaptionTrainerLog.Rewarded(logger, state.Step, reward);
        }

        var report = At(TrainingPhase.Training, state, steps) with
        {
            Done = state.EpochSteps, Total = stepsOfEpoch, Loss = loss, GradientNorm = gradientNorm, Reward = reward, ExamplesPerSecond = _rate,
        };
        progress?.Report(report);
        Each(observer => observer.Stepped(report));
    }

    public void Validated(ValidationFigures figures)
    {
        var metrics = string.Concat(figures.Metrics.Select(m => string.Create(System.Globalization.CultureInfo.InvariantCulture, $", {m.Key} {m.Value:F4}")));
        CaptionTrainerLog.Validated(logger, figures.Step, figures.Loss, metrics, figures.IsBest ? " (best)" : "");
        Each(observer => observer.Validated(figures));
    }

    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        CaptionTrainerLog.EpochEnded(logger, history[^1].Epoch, history[^1].Seconds, history[^1].TrainLoss);
        if (history[^1].TrainReward is { } reward)
        {
            CaptionTrainerLog.EpochRewarded(logger, history[^1].Epoch, reward);
        }

        Each(observer => observer.EpochEnded([.. history]));
    }

    public void StepBegun(RunState state) => CaptionTrainerLog.StepBegun(logger, state.Step + 1);

    public void Writing(CheckpointKind kind, RunState state) => CaptionTrainerLog.Writing(logger, kind, state.Step);

    public void Saved(SavedCheckpoint checkpoint)
    {
        CaptionTrainerLog.Saved(logger, checkpoint.Kind, checkpoint.Step, checkpoint.Path);
        Each(observer => observer.CheckpointSaved(checkpoint));
    }

    public void Ended(TrainingResult result)
    {
        CaptionTrainerLog.Ended(logger, result.Steps, result.End);
        Each(observer => observer.Ended(result));
    }

    /// <summary>Tells of a run that an error ended; an observer that fails over it doesn't hide that error.</summary>
    public void EndedBy(Exception error, TrainingResult result)
    {
        try
        {
            Ended(result);
        }
        catch (Exception observers) when (!ReferenceEquals(observers, error))
        {
            CaptionTrainerLog.ObserverFailed(logger, observers);
        }
    }

    private TrainingProgress At(TrainingPhase phase, RunState state, long? steps) => new()
    {
        Phase = phase,
        Epoch = state.Epoch,
        Step = state.Step,
        Steps = steps,
        Done = 0,
        MeanLoss = state.EpochSteps == 0 ? double.NaN : state.LossSum / state.EpochSteps,
        LearningRate = state.LearningRate,
        Elapsed = Elapsed,
        Remaining = steps is { } all && _stepsHere > 0 ? Elapsed / _stepsHere * Math.Max(0, all - state.Step) : null,
    };

    private void Each(Action<ITrainingObserver> tell) => Array.ForEach(_observers, tell);
}
