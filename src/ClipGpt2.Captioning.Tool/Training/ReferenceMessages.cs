using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>What the reference program's <c>Trainer.run</c> logs, in its words, and in the same manner what it has no words for.</summary>
internal static partial class ReferenceMessages
{
    [LoggerMessage(60, LogLevel.Information, "Logging setup complete")]
    public static partial void LoggingReady(ILogger logger);

    [LoggerMessage(61, LogLevel.Information, "{Section}: {Values}")]
    public static partial void Configured(ILogger logger, string section, string values);

    [LoggerMessage(62, LogLevel.Information, "{Set} DataLoader initialized")]
    public static partial void DataReady(ILogger logger, string set);

    [LoggerMessage(63, LogLevel.Information, "Main model initialized")]
    public static partial void ModelReady(ILogger logger);

    [LoggerMessage(64, LogLevel.Debug, "Trainable parameter: {Name} - shape: {Shape}")]
    public static partial void Trainable(ILogger logger, string name, string shape);

    [LoggerMessage(65, LogLevel.Information, "Starting training loop...")]
    public static partial void LoopStarts(ILogger logger);

    [LoggerMessage(66, LogLevel.Information, "Resuming after step {Step}, with {Epochs} epochs done")]
    public static partial void Resumes(ILogger logger, long step, int epochs);

    [LoggerMessage(67, LogLevel.Information, "#### Epoch {Epoch} started ####")]
    public static partial void EpochStarted(ILogger logger, int epoch);

    [LoggerMessage(68, LogLevel.Information, "{Name}: {Value}")]
    public static partial void Figure(ILogger logger, string name, string value);

    [LoggerMessage(69, LogLevel.Information, "Model saved with {Figures}")]
    public static partial void ModelSaved(ILogger logger, string figures);

    [LoggerMessage(70, LogLevel.Debug, "Saved the last checkpoint, of step {Step}, to {Path}")]
    public static partial void LastSaved(ILogger logger, long step, string path);

    [LoggerMessage(71, LogLevel.Information, "Training and validation loss curves saved to {Path}")]
    public static partial void PlotSaved(ILogger logger, string path);

    [LoggerMessage(72, LogLevel.Information, "Training stopped early after step {Step}")]
    public static partial void StoppedEarly(ILogger logger, long step);

    [LoggerMessage(73, LogLevel.Warning, "Training was cancelled after step {Step}")]
    public static partial void Cancelled(ILogger logger, long step);

    [LoggerMessage(74, LogLevel.Error, "Training failed after step {Step}: {Reason}")]
    public static partial void Failed(ILogger logger, long step, string reason);
}
