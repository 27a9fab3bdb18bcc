using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training;

internal static partial class CaptionTrainerLog
{
    [LoggerMessage(1, LogLevel.Information, "Training {Weights} weights ({Numbers} numbers) on {Examples} examples, on {Device}, as run {Run}")]
    public static partial void Started(ILogger logger, int weights, long numbers, int? examples, string device, string run);

    [LoggerMessage(2, LogLevel.Information, "Resumed at step {Step}, in epoch {Epoch}")]
    public static partial void Resumed(ILogger logger, long step, int epoch);

    [LoggerMessage(3, LogLevel.Debug, "Step {Step}: loss {Loss:F4}, learning rate {LearningRate:G4}")]
    public static partial void Stepped(ILogger logger, long step, double loss, double learningRate);

    [LoggerMessage(4, LogLevel.Information, "Validation after step {Step}: loss {Loss:F4}{Metrics}{Best}")]
    public static partial void Validated(ILogger logger, long step, double loss, string metrics, string best);

    [LoggerMessage(5, LogLevel.Information, "Epoch {Epoch} took {Seconds:F1} s: mean loss {Loss:F4}")]
    public static partial void EpochEnded(ILogger logger, int epoch, double seconds, double loss);

    [LoggerMessage(6, LogLevel.Information, "Saved the {Kind} checkpoint of step {Step} to '{Path}'")]
    public static partial void Saved(ILogger logger, CheckpointKind kind, long step, string path);

    [LoggerMessage(7, LogLevel.Information, "The run ended after step {Step}: {End}")]
    public static partial void Ended(ILogger logger, long step, TrainingEnd end);

    [LoggerMessage(8, LogLevel.Warning, "Left out the picture of '{Image}' and its captions: {Reason}")]
    public static partial void LeftOut(ILogger logger, string image, string reason);

    [LoggerMessage(12, LogLevel.Debug, "Step {Step}: mean reward {Reward:F4}")]
    public static partial void Rewarded(ILogger logger, long step, double reward);

    [LoggerMessage(13, LogLevel.Information, "Epoch {Epoch}: mean reward {Reward:F4}")]
    public static partial void EpochRewarded(ILogger logger, int epoch, double reward);

    [LoggerMessage(11, LogLevel.Error, "An observer failed over the end of a run that had failed already")]
    public static partial void ObserverFailed(ILogger logger, Exception error);

    [LoggerMessage(9, LogLevel.Trace, "Step {Step}: begun")]
    public static partial void StepBegun(ILogger logger, long step);

    [LoggerMessage(10, LogLevel.Trace, "Writing the {Kind} checkpoint of step {Step}")]
    public static partial void Writing(ILogger logger, CheckpointKind kind, long step);
}
