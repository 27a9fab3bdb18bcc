using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Who watches a run, as the configuration's <c>logging_config</c> and <c>monitoring_plots_path</c> ask for it. Disposing it ends those that hold files.</summary>
internal sealed class TrainingObservers : IDisposable
{
    private readonly List<ITrainingObserver> _observers = [];

    private TrainingObservers()
    {
    }

    /// <summary>What is told where the run is, many times an epoch; null for nobody.</summary>
    public IProgress<TrainingProgress>? Progress { get; private init; }

    public static TrainingObservers Create(TrainingConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new TrainingObservers();
    }

    public void AddTo(CaptionTrainerOptions options) => _observers.ForEach(options.Observers.Add);

    public void Dispose()
    {
        foreach (var observer in _observers.OfType<IDisposable>())
        {
            observer.Dispose();
        }
    }
}
