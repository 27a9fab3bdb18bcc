using ClipGpt2.Captioning.Training;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Shows a run on the terminal while it goes on. To be both an observer of the run and told of its progress.</summary>
/// <param name="bestBy">The figure that the best validation is chosen by.</param>
internal abstract class TrainingDisplay(string bestBy) : ITrainingObserver, IProgress<TrainingProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly LossTrend _trend = new();
    private RunView _view = new() { BestBy = bestBy };

    /// <summary>A few lines that are redrawn where somebody watches, else plain lines.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="interactive">Whether somebody watches.</param>
    /// <param name="bestBy">The figure that the best validation is chosen by.</param>
    public static TrainingDisplay Create(IAnsiConsole console, bool interactive, string bestBy) =>
        interactive && console.Profile.Capabilities is { Interactive: true, Ansi: true } ? new LiveDisplay(console, bestBy) : new PlainDisplay(console, bestBy);

    public void Started(TrainingRun run) => Show(view => view with { Run = run });

    /// <summary>A step is told of as progress too, where this is both; then it counts once.</summary>
    public void Stepped(TrainingProgress progress) => Report(progress);

    public void Report(TrainingProgress value) => Show(view =>
    {
        if (value.Phase != TrainingPhase.Training)
        {
            // What isn't a step has no loss of its own.
            return view with { Progress = value with { Loss = view.Progress?.Loss ?? double.NaN } };
        }

        if (value.Step != view.Progress?.Step || view.Progress.Phase != TrainingPhase.Training)
        {
            _trend.Add(value.Loss);
        }

        return view with { Progress = value, Losses = _trend.Means };
    });

    public void Validated(ValidationFigures validation) => Show(view => view with
    {
        Validation = validation,
        Samples = validation.Samples.Count > 0 ? validation : view.Samples,
        Best = validation.IsBest ? validation : view.Best,
    });

    public virtual void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
    }

    public virtual void Ended(TrainingResult result) => Show(view => view with { Result = result });

    /// <summary>Leaves the terminal as it is without the display.</summary>
    public abstract void Dispose();

    /// <summary>What is known now.</summary>
    protected RunView View
    {
        get
        {
            lock (_lock)
            {
                return _view;
            }
        }
    }

    /// <summary>Something is known that wasn't before. Called by one thread at a time.</summary>
    protected abstract void Changed();

    private void Show(Func<RunView, RunView> change)
    {
        lock (_lock)
        {
            _view = change(_view);
            Changed();
        }
    }
}
