using System.Text;
using ClipGpt2.Captioning.Reports.Pages;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports;

/// <summary>Keeps a page about a run: its curves, figures and configuration, and validation images with their captions before training and after.</summary>
/// <remarks>
/// One HTML file that needs nothing beside it, in light and dark; pictures are carried along, made small. Written when the run starts, after each
/// validation and epoch, and at the end, whole or not at all. The page holds what it shows as data too, from which a resumed run's goes on.
/// An observer belongs to one run.
/// </remarks>
public sealed class RunReport : ITrainingObserver
{
    private readonly string _configuredPath;
    private readonly TimeProvider _clock;
    private readonly Thumbnails _thumbnails = new();
    private ReportData _data = new();
    private TrainingRun? _run;
    private IReadOnlyList<EpochFigures> _history = [];
    private string? _bestCheckpoint;
    private double _secondsBefore;
    private long _started;

    /// <summary>Creates the observer of one run.</summary>
    /// <param name="path">The page, before the run's timestamp is put in: <c>figs/report.html</c> becomes <c>figs/report_20261123_213907.html</c>.</param>
    /// <param name="clock">What durations come from; null for the system's clock.</param>
    public RunReport(string path, TimeProvider? clock = null) => (_configuredPath, _clock) = (path, clock ?? TimeProvider.System);

    /// <summary>The page; null before the run has started.</summary>
    public string? Path { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The page can't be written.</exception>
    public void Started(TrainingRun run)
    {
        Path = ReportFile.WithTimestamp(_configuredPath, run.Timestamp, ".html");
        _run = run;
        _history = run.History;
        _started = _clock.GetTimestamp();
        if (run.FirstStep > 0)
        {
            _data = ReportData.Resume(Path, run.FirstStep);
            _secondsBefore = _data.Seconds;
            _bestCheckpoint = File.Exists(run.CheckpointPath) ? run.CheckpointPath : null;
        }

        Write();
    }

    /// <inheritdoc/>
    public void Stepped(TrainingProgress progress)
    {
        _data.Losses.Add(progress.Step, progress.Loss);
        _data.LearningRates.Add(progress.Step, progress.LearningRate);
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The page can't be written.</exception>
    public void Validated(ValidationFigures validation)
    {
        _data.Add(validation);
        Write();
    }

    /// <inheritdoc/>
    public void CheckpointSaved(SavedCheckpoint checkpoint) => _bestCheckpoint = checkpoint.Kind == CheckpointKind.Best ? checkpoint.Path : _bestCheckpoint;

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The page can't be written.</exception>
    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        _history = [.. history];
        Write();
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The page can't be written.</exception>
    public void Ended(TrainingResult result)
    {
        if (_run is not null)
        {
            _history = [.. result.History];
            _bestCheckpoint = result.BestCheckpoint ?? _bestCheckpoint;
            Write(result);
        }
    }

    private void Write(TrainingResult? result = null)
    {
        _data.Seconds = _secondsBefore + _clock.GetElapsedTime(_started).TotalSeconds;
        var page = new ReportPage(_run!, _data, _history, _thumbnails) { Result = result, BestCheckpoint = _bestCheckpoint }.Render();
        AtomicFile.Write(Path!, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }
}
