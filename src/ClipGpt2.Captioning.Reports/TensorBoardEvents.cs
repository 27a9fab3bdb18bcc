using System.Globalization;
using ClipGpt2.Captioning.Reports.TensorBoard;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports;

/// <summary>Writes a run's figures and captions as TensorBoard's event files: <c>tensorboard --logdir FOLDER</c> shows them, run beside run.</summary>
/// <remarks>
/// Scalars by optimizer step: <c>train/loss</c>, <c>train/learning_rate</c>, <c>train/gradient_norm</c> (where it is computed),
/// <c>train/examples_per_second</c>, <c>train/epoch_loss</c>, <c>validation/loss</c> and <c>validation/KEY</c> for each metric. Texts: the
/// configuration, and captions of validation images. A resumed run adds a file, at whose beginning TensorBoard drops what was written after the step
/// at which the run goes on. Event files grow by whole records, at the latest every 10 seconds, and can be read meanwhile. An observer belongs to one run.
/// </remarks>
public sealed class TensorBoardEvents : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private RecordWriter? _records;
    private long _flushed;

    /// <summary>Creates the observer of one run.</summary>
    /// <param name="folder">The folder of all runs; each run's files lie in a folder of the run's name in it.</param>
    /// <param name="clock">What times come from; null for the system's clock.</param>
    public TensorBoardEvents(string folder, TimeProvider? clock = null) => (_folder, _clock) = (folder, clock ?? TimeProvider.System);

    /// <summary>The event file; null before the run has started.</summary>
    public string? Path => _records?.Path;

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be made.</exception>
    public void Started(TrainingRun run)
    {
        _records = Create(run.Name);
        _records.Write(EventMessage.Version(Now));
        if (run.FirstStep > 0)
        {
            _records.Write(EventMessage.Start(Now, run.FirstStep + 1));
        }
        else
        {
            var rows = run.Configuration.Select(setting => (IReadOnlyList<string>)[setting.Key, setting.Value]);
            _records.Write(EventMessage.Text(Now, 0, "configuration", MarkdownTable.Of(["setting", "value"], rows)));
        }

        Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Stepped(TrainingProgress progress)
    {
        List<(string, double)> scalars =
        [
            ("train/loss", progress.Loss), ("train/learning_rate", progress.LearningRate), ("train/examples_per_second", progress.ExamplesPerSecond),
        ];
        if (!double.IsNaN(progress.GradientNorm))
        {
            scalars.Add(("train/gradient_norm", progress.GradientNorm));
        }

        if (!double.IsNaN(progress.Reward))
        {
            scalars.Add(("train/reward", progress.Reward));
        }

        _records!.Write(EventMessage.Scalars(Now, progress.Step, scalars));
        if (_clock.GetElapsedTime(_flushed) >= FlushInterval)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Validated(ValidationFigures validation)
    {
        var metrics = validation.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => ($"validation/{m.Key}", m.Value));
        _records!.Write(EventMessage.Scalars(Now, validation.Step, [("validation/loss", validation.Loss), .. metrics]));
        if (validation.Samples.Count > 0)
        {
            var rows = validation.Samples.Select(s => (IReadOnlyList<string>)[s.Image ?? s.ImageId, s.Caption, string.Join(" / ", s.References)]);
            _records.Write(EventMessage.Text(Now, validation.Step, "validation/samples", MarkdownTable.Of(["image", "caption", "references"], rows)));
        }

        Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        List<(string, double)> scalars = [("train/epoch_loss", history[^1].TrainLoss)];
        if (history[^1].TrainReward is { } reward)
        {
            scalars.Add(("train/epoch_reward", reward));
        }

        _records!.Write(EventMessage.Scalars(Now, history[^1].Step, scalars));
        Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Ended(TrainingResult result)
    {
        if (_records is not null)
        {
            Flush();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _records?.Dispose();

    private void Flush()
    {
        _records!.Flush();
        _flushed = _clock.GetTimestamp();
    }

    /// <summary>Makes a file that TensorBoard reads after those of the run that are there: it goes by their names.</summary>
    private RecordWriter Create(string run)
    {
        var stem = System.IO.Path.Combine(_folder, run, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)Now:D10}.{run}"));
        AtomicFile.MakeFolderOf(stem);
        var path = stem;
        for (var i = 1; File.Exists(path); i++)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{stem}.{i}");
        }

        return new RecordWriter(path);
    }
}
