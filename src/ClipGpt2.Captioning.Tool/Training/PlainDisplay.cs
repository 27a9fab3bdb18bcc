using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Lines for a file or a pipe: one for each epoch, and one every half minute.</summary>
internal sealed class PlainDisplay(IAnsiConsole console, string bestBy, TimeProvider? clock = null) : TrainingDisplay(bestBy)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long? _written;
    private bool _named;

    public override void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        var epoch = history[^1];
        var validation = epoch.ValidationLoss is { } loss ? $"; validation {RunText.Figures(loss, epoch.Metrics, View.BestBy)}" : "";
        Write($"epoch {epoch.Epoch}: loss {RunText.Loss(epoch.TrainLoss)}{RunText.Reward(epoch.TrainReward)}{validation}{(epoch.IsBest ? " (best)" : "")}, in {RunText.Time(TimeSpan.FromSeconds(epoch.Seconds))}");
    }

    public override void Ended(TrainingResult result)
    {
        base.Ended(result);
        Write(RunText.End(result));
    }

    public override void Dispose()
    {
    }

    protected override void Changed()
    {
        var (run, progress) = (View.Run, View.Progress);
        if (run is not null && !_named)
        {
            _named = true;
            Write($"{Printable.Line(run.Name)} on {run.Device}");
        }

        // The first half minute begins with the first sign of life.
        _written ??= _clock.GetTimestamp();
        if (progress is not null && View.Result is null && _clock.GetElapsedTime(_written.Value) >= Interval)
        {
            Write(Line(progress, run));
        }
    }

    private static string Line(TrainingProgress progress, TrainingRun? run)
    {
        var loss = progress.Phase == TrainingPhase.Training ? $": loss {RunText.Loss(progress.Loss)}, mean {RunText.Loss(progress.MeanLoss)}{RunText.Reward(progress.Reward)}" : "";
        return $"{RunText.Place(progress, run)}, {RunText.Done(progress)}{loss}, {RunText.Speed(progress.ExamplesPerSecond)}, {RunText.Time(progress.Remaining)} left";
    }

    private void Write(string line)
    {
        _written = _clock.GetTimestamp();
        console.WriteLine(line);
    }
}
