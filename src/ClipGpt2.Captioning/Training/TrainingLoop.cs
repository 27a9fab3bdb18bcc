using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Training.Rewards;

namespace ClipGpt2.Captioning.Training;

/// <summary>Steps, validations, checkpoints: a run from its state to its end.</summary>
/// <remarks>Whatever happens between two steps, the state that was saved last leads to the same weights.</remarks>
internal sealed class TrainingLoop
{
    private readonly CaptionTrainerOptions _options;
    private readonly TrainingStep _step;
    private readonly IBatchSource _batches;
    private readonly Validation? _validation;
    private readonly RewardedSampling? _sampling;
    private readonly RunFiles? _files;
    private readonly RunWatch _watch;
    private readonly BestFigure _best;
    private readonly LearningRateFactor _rate;

    public TrainingLoop(
        CaptionTrainerOptions options, TrainingStep step, IBatchSource batches, RewardedSampling? sampling, Validation? validation, RunFiles? files, RunWatch watch)
    {
        (_options, _step, _batches, _sampling, _validation, _files, _watch) = (options, step, batches, sampling, validation, files, watch);
        _best = new BestFigure(options.Evaluation);
        Steps = StepsOf(options, batches);
        _rate = new LearningRateFactor(options.Optimization, options.LearningRate, Steps ?? options.Optimization.ScheduleSteps ?? 1);
    }

    /// <summary>The number of steps of the whole run; null for a stream without a limit.</summary>
    public long? Steps { get; }

    private long? StepsPerEpoch => (_batches.BatchesPerEpoch + _options.Optimization.AccumulatedBatches - 1) / _options.Optimization.AccumulatedBatches;

    /// <summary>Runs to the end.</summary>
    /// <param name="state">Where to begin; it is kept up to date.</param>
    /// <param name="token">Ends the run between two steps, or within a validation; the state is saved first.</param>
    /// <returns>Why the run ended.</returns>
    public TrainingEnd Run(RunState state, CancellationToken token)
    {
        try
        {
            return RunEpochs(state, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            SaveState(state);
            throw;
        }
    }

    private TrainingEnd RunEpochs(RunState state, CancellationToken token)
    {
        if (state.Step == 0 && _options.Evaluation.BeforeTraining)
        {
            Validate(state, epoch: -1, token);
        }

        while (!state.StoppedEarly && !IsOver(state))
        {
            state.StoppedEarly = RunEpoch(state, token);
            EndEpoch(state);
        }

        return state.StoppedEarly ? TrainingEnd.StoppedEarly : TrainingEnd.Completed;
    }

    private bool IsOver(RunState state) => state.Epoch >= _options.Epochs || state.Step >= _options.MaxSteps;

    /// <summary>The rest of an epoch.</summary>
    /// <returns>Whether the run is to stop early.</returns>
    private bool RunEpoch(RunState state, CancellationToken token)
    {
        if (ValidateIfDue(state, token))
        {
            return true;
        }

        foreach (var group in _batches.Read(state.Epoch, state.Batch, token).Chunk(_options.Optimization.AccumulatedBatches))
        {
            token.ThrowIfCancellationRequested();
            MakeStep(state, group, token);
            if (ValidateIfDue(state, token))
            {
                return true;
            }

            if (state.Step >= _options.MaxSteps)
            {
                break;
            }

            if (_options.Checkpoints.StateEverySteps is { } every && state.Step % every == 0)
            {
                SaveState(state);
            }
        }

        return _options.Evaluation.EverySteps is null && Validate(state, state.Epoch, token);
    }

    private void MakeStep(RunState state, TrainingBatch[] group, CancellationToken token)
    {
        _watch.StepBegun(state);
        var began = _watch.Elapsed;
        var factor = _rate.At(state.Step);
        var (loss, norm, reward) = Step(state, group, factor, token);
        state.Step++;
        state.EpochSteps++;
        state.Batch = group[^1].Number + 1;
        state.LossSum += loss;
        state.RewardSum += _sampling is null ? 0 : reward;
        state.LearningRate = _options.LearningRate * factor;
        state.EpochSeconds += (_watch.Elapsed - began).TotalSeconds;
        _watch.Stepped(state, Steps, StepsPerEpoch, loss, norm, reward, group.Sum(batch => _sampling is null ? batch.Captions.Rows : batch.PictureNumbers.Count));
    }

    private (double Loss, double GradientNorm, double Reward) Step(RunState state, TrainingBatch[] group, double factor, CancellationToken token)
    {
        try
        {
            var (batches, reward) = _sampling?.Draw(group, state.Step, token) ?? (group, double.NaN);
            var dropout = _sampling is null ? Dropout(state.Step * _options.Optimization.AccumulatedBatches) : null;
            var (loss, norm) = _step.Run(batches, factor, dropout);
            return (loss, norm, reward);
        }
        catch (TrainingDivergedException e)
        {
            throw new TrainingDivergedException($"Step {state.Step + 1} (epoch {state.Epoch}): {e.Message}", e);
        }
    }

    private Func<int, DropoutMasks?> Dropout(long first) => i => new DropoutMasks(_options.Seed, first + i) { InFrozenParts = _options.Freezing.DropoutInFrozenParts };

    private bool ValidateIfDue(RunState state, CancellationToken token) =>
        _options.Evaluation.EverySteps is { } every && state.Step > 0 && state.Step % every == 0 && Validate(state, state.Epoch, token);

    /// <summary>Judges the model, once after each step, and keeps it if it is the best.</summary>
    /// <returns>Whether the run is to stop early.</returns>
    private bool Validate(RunState state, int epoch, CancellationToken token)
    {
        if (_validation is null || state.ValidatedStep == state.Step)
        {
            return false;
        }

        var began = _watch.Elapsed;
        using var average = _step.Average?.Apply();
        _watch.Worked(TrainingPhase.Validating, state, Steps, 0, _validation.Work);
        var figures = _validation.Run(epoch, state.Step, done => _watch.Worked(TrainingPhase.Validating, state, Steps, done, _validation.Work), token);
        figures = figures with { IsBest = _best.IsBetter(figures, state.Best) && epoch >= 0 };
        state.ValidatedStep = state.Step;
        state.EpochSeconds += (_watch.Elapsed - began).TotalSeconds;
        _watch.Validated(figures);
        if (epoch >= 0)
        {
            Judge(state, figures);
        }

        return state.WithoutGain >= _options.Evaluation.Patience;
    }

    private void Judge(RunState state, ValidationFigures figures)
    {
        state.Newest = figures;
        state.WithoutGain = figures.IsBest ? 0 : state.WithoutGain + 1;
        if (figures.IsBest)
        {
            state.Best = figures;
            _files?.SaveBest(state, figures);
        }

        if (_options.Checkpoints.SaveLast)
        {
            _files?.SaveLast(state, figures);
        }
    }

    private void EndEpoch(RunState state)
    {
        state.History.Add(new EpochFigures
        {
            Epoch = state.Epoch,
            Step = state.Step,
            TrainLoss = state.EpochSteps == 0 ? double.NaN : state.LossSum / state.EpochSteps,
            TrainReward = _sampling is null ? null : state.EpochSteps == 0 ? double.NaN : state.RewardSum / state.EpochSteps,
            ValidationLoss = state.Newest?.Loss,
            Metrics = state.Newest?.Metrics ?? new Dictionary<string, double>(),
            Seconds = state.EpochSeconds,
            LearningRate = state.LearningRate,
            IsBest = state.Newest?.IsBest ?? false,
        });
        if (_validation is null)
        {
            _files?.SaveBest(state, null);
        }

        _watch.EpochEnded(state.History);
        state.BeginEpoch();
        SaveState(state);
    }

    private void SaveState(RunState state) => _files?.SaveState(state);

    private static long? StepsOf(CaptionTrainerOptions options, IBatchSource batches)
    {
        var accumulated = options.Optimization.AccumulatedBatches;
        var all = (batches.BatchesPerEpoch + accumulated - 1) / accumulated * options.Epochs;
        return all is null || options.MaxSteps is null ? all ?? options.MaxSteps : Math.Min(all.Value, options.MaxSteps.Value);
    }
}
