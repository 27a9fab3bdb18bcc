using System.Globalization;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports;

/// <summary>What reports say of a run's beginning and end.</summary>
internal static class RunState
{
    public const string Running = "running";

    /// <summary>One word for how a run ended.</summary>
    public static string Word(TrainingEnd end) => end switch
    {
        TrainingEnd.Completed => "completed",
        TrainingEnd.StoppedEarly => "stopped_early",
        TrainingEnd.Cancelled => "cancelled",
        _ => "failed",
    };

    /// <summary>How a run ended, or that it hasn't; a run that was killed can't say more.</summary>
    public static string Text(TrainingResult? result) => result is null
        ? "This run is going on, or was killed."
        : string.Create(CultureInfo.InvariantCulture, $"This run {Verb(result.End)} after {result.Steps:N0} steps.");

    /// <summary>When a run began, as <c>2026-11-23 21:39:07</c>; the timestamp as it is if it has another form.</summary>
    public static string Started(TrainingRun run) =>
        DateTime.TryParseExact(run.Timestamp, "yyyyMMdd_HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : run.Timestamp;

    private static string Verb(TrainingEnd end) => end switch
    {
        TrainingEnd.Completed => "was completed",
        TrainingEnd.StoppedEarly => "stopped early, since its figure didn't get better,",
        TrainingEnd.Cancelled => "was cancelled",
        _ => "failed",
    };
}
