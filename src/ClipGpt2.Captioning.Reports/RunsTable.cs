using System.Globalization;
using ClipGpt2.Captioning.Reports.Runs;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports;

/// <summary>Gathers configuration, duration and figures across runs in one CSV file, a row each.</summary>
/// <remarks>
/// Columns: <c>name</c>, <c>start</c>, <c>end</c> (<c>running</c>, <c>completed</c>, <c>stopped_early</c>, <c>cancelled</c> or <c>failed</c>),
/// <c>duration_seconds</c>, <c>steps</c>, <c>epochs</c> (those done), <c>epoch_seconds</c> (their mean), <c>device</c>, <c>best_epoch</c>; then
/// <c>train_loss</c>, <c>validation_loss</c> and the metrics, all of the best epoch, or of the last where none is best; <c>checkpoint</c>; then the
/// configuration by its dotted names. Quoted after RFC 4180. The row is there from the start and kept up after each epoch; a column that comes up later
/// is added to the file, and columns of others stay. Several processes may write to one file. An observer belongs to one run.
/// </remarks>
public sealed class RunsTable : ITrainingObserver
{
    private readonly string _path;
    private readonly TimeProvider _clock;
    private TrainingRun? _run;
    private double _secondsBefore;
    private long _started;

    /// <summary>Creates the observer of one run.</summary>
    /// <param name="path">The file, such as <c>runs.csv</c>; made if it isn't there.</param>
    /// <param name="clock">What durations come from; null for the system's clock.</param>
    public RunsTable(string path, TimeProvider? clock = null) => (_path, _clock) = (path, clock ?? TimeProvider.System);

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file isn't a table of runs, or can't be written.</exception>
    public void Started(TrainingRun run)
    {
        _run = run;
        _started = _clock.GetTimestamp();
        AtomicFile.MakeFolderOf(_path);
        if (run.FirstStep > 0)
        {
            _secondsBefore = SecondsBefore(run.Name);
        }

        RunsFile.Update(_path, Row(RunState.Running, run.FirstStep, run.History));
    }

    /// <inheritdoc/>
    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        try
        {
            RunsFile.Update(_path, Row(RunState.Running, history[^1].Step, history));
        }
        catch (CaptioningException)
        {
            // A spreadsheet that has the table open must not end a run of hours: the next row written holds all that this one would have.
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Ended(TrainingResult result)
    {
        if (_run is not null)
        {
            RunsFile.Update(_path, Row(RunState.Word(result.End), result.Steps, result.History, result.BestCheckpoint));
        }
    }

    private double SecondsBefore(string run) =>
        RunsFile.Find(_path, run) is { } row && double.TryParse(row.GetValueOrDefault("duration_seconds"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    private List<KeyValuePair<string, string>> Row(string end, long steps, IReadOnlyList<EpochFigures> history, string? checkpoint = null)
    {
        var best = history.LastOrDefault(e => e.IsBest);
        var shown = best ?? (history.Count > 0 ? history[^1] : null);
        var row = new OrderedDictionary<string, string>
        {
            ["name"] = _run!.Name,
            ["start"] = RunState.Started(_run),
            ["end"] = end,
            ["duration_seconds"] = Number(Math.Round(_secondsBefore + _clock.GetElapsedTime(_started).TotalSeconds, 1)),
            ["steps"] = Number(steps),
            ["epochs"] = Number(history.Count),
            ["epoch_seconds"] = history.Count == 0 ? "" : Number(Math.Round(history.Average(e => e.Seconds), 1)),
            ["device"] = _run.Device,
            ["best_epoch"] = best is null ? "" : Number(best.Epoch),
            ["train_loss"] = Number(shown?.TrainLoss),
            ["validation_loss"] = Number(shown?.ValidationLoss),
        };
        foreach (var (key, figure) in (shown?.Metrics ?? new Dictionary<string, double>()).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            row.TryAdd(key, Number(figure));
        }

        row.TryAdd("checkpoint", checkpoint ?? (best is null ? "" : _run.CheckpointPath ?? ""));
        foreach (var (name, value) in _run.Configuration)
        {
            row.TryAdd(name, value);
        }

        return [.. row];
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
