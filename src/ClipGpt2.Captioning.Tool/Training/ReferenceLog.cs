using ClipGpt2.Captioning.Training;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Logs a run in the reference program's words and order, so that what reads the reference program's logs reads these.</summary>
/// <remarks>
/// After the reference program's <c>Trainer.run</c>. Figures come with four decimals. The plot's line names the configured path, not the one with the timestamp, as
/// the reference program's does; it is written from the second epoch on, so let this observer come after the plot.
/// </remarks>
internal sealed class ReferenceLog(ILogger logger, string? plotPath = null, string bestBy = TrainingEvaluationOptions.ValidationLoss) : ITrainingObserver
{
    /// <summary>The name of the reference program's only logger.</summary>
    public const string LoggerName = "main_logger";

    private static readonly (string Key, string Name, string Short)[] BertScore =
    [
        ("bertscore_p", "Validation Bert Precision", "BERT Precision"),
        ("bertscore_r", "Validation Bert Recall", "BERT Recall"),
        ("bertscore_f", "Validation Bert F1 Score", "BERT F1 Score"),
    ];

    private TrainingProgress? _progress;
    private int? _epoch;
    private long? _trainLossOf;

    /// <summary>Begins the log, before anything is loaded.</summary>
    /// <param name="sections">The configuration's sections with their fields, in the order of the file's definition.</param>
    public void Begin(IEnumerable<KeyValuePair<string, IEnumerable<KeyValuePair<string, object?>>>> sections)
    {
        ReferenceMessages.LoggingReady(logger);
        foreach (var (section, fields) in sections)
        {
            ReferenceMessages.Configured(logger, section, PythonRepr.Model(fields));
        }
    }

    /// <inheritdoc/>
    public void Started(TrainingRun run)
    {
        ReferenceMessages.DataReady(logger, "Train");
        if (run.ValidationExamples > 0)
        {
            ReferenceMessages.DataReady(logger, "Validation");
        }

        ReferenceMessages.ModelReady(logger);
        foreach (var (name, shape) in ReferenceWeights.Of(run.TrainedWeights))
        {
            ReferenceMessages.Trainable(logger, name, PythonRepr.Tuple(shape));
        }

        if (run.FirstStep > 0)
        {
            ReferenceMessages.Resumes(logger, run.FirstStep, run.History.Count);
        }

        ReferenceMessages.LoopStarts(logger);
    }

    /// <inheritdoc/>
    public void Stepped(TrainingProgress progress)
    {
        _progress = progress;
        if (_epoch != progress.Epoch)
        {
            _epoch = progress.Epoch;
            ReferenceMessages.EpochStarted(logger, progress.Epoch);
        }
    }

    /// <inheritdoc/>
    public void Validated(ValidationFigures validation)
    {
        // The reference program logs the training's loss before it validates; the epoch's end, which brings it, comes after.
        if (_progress?.Step == validation.Step)
        {
            LogTrainLoss(validation.Step, _progress.MeanLoss);
        }

        Log("Validation Loss", validation.Loss);
        foreach (var (key, name, _) in BertScore.Where(b => validation.Metrics.ContainsKey(b.Key)))
        {
            Log(name, validation.Metrics[key]);
        }

        foreach (var (key, figure) in validation.Metrics.Where(m => BertScore.All(b => b.Key != m.Key)).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Log($"Validation {key}", figure);
        }
    }

    /// <inheritdoc/>
    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        if (_trainLossOf != history[^1].Step)
        {
            LogTrainLoss(history[^1].Step, history[^1].TrainLoss);
        }

        if (plotPath is not null && history.Count >= 2)
        {
            ReferenceMessages.PlotSaved(logger, plotPath);
        }
    }

    /// <inheritdoc/>
    public void CheckpointSaved(SavedCheckpoint checkpoint)
    {
        if (checkpoint is { Kind: CheckpointKind.Best, Figures: { } figures })
        {
            var bert = BertScore.Where(b => figures.Metrics.ContainsKey(b.Key)).Select(b => $"{b.Short}: {PythonRepr.Fixed4(figures.Metrics[b.Key])}");
            ReferenceMessages.ModelSaved(logger, string.Join(" | ", bert.Prepend(Best(figures))));
        }
        else if (checkpoint.Kind == CheckpointKind.Last)
        {
            ReferenceMessages.LastSaved(logger, checkpoint.Step, checkpoint.Path);
        }
    }

    /// <inheritdoc/>
    public void Ended(TrainingResult result)
    {
        switch (result.End)
        {
            case TrainingEnd.StoppedEarly:
                ReferenceMessages.StoppedEarly(logger, result.Steps);
                break;
            case TrainingEnd.Cancelled:
                ReferenceMessages.Cancelled(logger, result.Steps);
                break;
            case TrainingEnd.Failed:
                ReferenceMessages.Failed(logger, result.Steps, result.Error?.Message ?? "for an unknown reason");
                break;
        }
    }

    private string Best(ValidationFigures figures) => bestBy != TrainingEvaluationOptions.ValidationLoss && figures.Metrics.TryGetValue(bestBy, out var figure)
        ? $"best {bestBy}: {PythonRepr.Fixed4(figure)}"
        : $"lowest validation loss: {PythonRepr.Fixed4(figures.Loss)}";

    private void LogTrainLoss(long step, double loss)
    {
        _trainLossOf = step;
        Log("Train Loss", loss);
    }

    private void Log(string name, double figure) => ReferenceMessages.Figure(logger, name, PythonRepr.Fixed4(figure));
}
