using System.Globalization;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>A run's figures in words.</summary>
internal static class RunText
{
    private const string Unknown = "–";

    // From low to high.
    private const string Blocks = "▁▂▃▄▅▆▇█";
    private const string Marks = "_.-=*#";

    public static string Loss(double loss) => double.IsNaN(loss) ? Unknown : loss.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>What follows a loss where captions are rewarded; empty where they aren't.</summary>
    public static string Reward(double? reward) => reward is null or double.NaN ? "" : $", reward {Loss(reward.Value)}";

    public static string Rate(double rate) => rate.ToString(rate is >= 1e-3 or 0 ? "0.####" : "0.###e0", CultureInfo.InvariantCulture);

    public static string Speed(double examplesPerSecond) => examplesPerSecond > 0
        ? $"{examplesPerSecond.ToString(examplesPerSecond < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture)} examples/s"
        : $"{Unknown} examples/s";

    public static string Time(TimeSpan? time) => time is not { } t ? Unknown
        : t.TotalDays < 1 ? t.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{t.Days} d {t:hh\\:mm\\:ss}");

    /// <summary>Where a run is: <c>epoch 3/10</c>, with the step where that is what counts.</summary>
    public static string Place(TrainingProgress progress, TrainingRun? run) => progress.Phase switch
    {
        TrainingPhase.Embedding => "encoding images",
        TrainingPhase.Validating => progress.Step == 0 ? "validating before training" : $"epoch {progress.Epoch}, validating",
        _ => $"epoch {progress.Epoch}{(run?.Epochs is { } epochs ? $" (of {epochs})" : "")}",
    };

    /// <summary>How much is done, as <c>120/400</c>.</summary>
    public static string Done(TrainingProgress progress) => progress.Total is { } total
        ? string.Create(CultureInfo.InvariantCulture, $"{progress.Done:N0}/{total:N0}")
        : progress.Done.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The figures of a validation, the one that the best is chosen by before all others: a narrow window cuts off the last ones.</summary>
    public static string Figures(double loss, IEnumerable<KeyValuePair<string, double>> metrics, string bestBy) => string.Join(", ", metrics
        .OrderBy(m => m.Key, StringComparer.Ordinal)
        .Prepend(KeyValuePair.Create("loss", loss))
        .OrderByDescending(m => m.Key == bestBy)
        .Select(m => $"{m.Key} {Loss(m.Value)}"));

    /// <summary>How a run ended.</summary>
    public static string End(TrainingResult result) => string.Create(CultureInfo.InvariantCulture, $"{Verb(result.End)} after {result.Steps:N0} steps, in {Time(result.Duration)}");

    /// <summary>Numbers as a line of small bars.</summary>
    public static string Sparkline(IReadOnlyList<double> values, int width, bool unicode)
    {
        var bars = unicode ? Blocks : Marks;
        var shown = values.Where(double.IsFinite).TakeLast(Math.Max(0, width)).ToList();
        if (shown.Count == 0)
        {
            return "";
        }

        var (low, high) = (shown.Min(), shown.Max());
        return string.Concat(shown.Select(v => bars[high > low ? (int)Math.Round((v - low) / (high - low) * (bars.Length - 1)) : 0]));
    }

    /// <summary>A bar of a width, filled to a share.</summary>
    public static string Bar(double share, int width, bool unicode)
    {
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * Math.Max(0, width));
        return new string(unicode ? '━' : '#', filled) + new string(unicode ? '╌' : '-', Math.Max(0, width) - filled);
    }

    private static string Verb(TrainingEnd end) => end switch
    {
        TrainingEnd.Completed => "completed",
        TrainingEnd.StoppedEarly => "stopped early",
        TrainingEnd.Cancelled => "cancelled",
        _ => "failed",
    };
}
