using ClipGpt2.Captioning.Reports;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Who watches a run, as the configuration's <c>logging_config</c> and <c>monitoring_plots_path</c> ask for it. Disposing it closes their files.</summary>
internal sealed class TrainingObservers : IDisposable
{
    private readonly List<ITrainingObserver> _observers;

    private TrainingObservers(List<ITrainingObserver> observers) => _observers = observers;

    /// <summary>What is told where the run is, many times an epoch; null for nobody.</summary>
    public IProgress<TrainingProgress>? Progress { get; private init; }

    public static TrainingObservers Create(TrainingConfiguration configuration)
    {
        var logging = configuration.LoggingConfig;
        var observers = new List<ITrainingObserver?>
        {
            new TrainingPlot(configuration.TrainingConfig.MonitoringPlotsPath),
            logging.History ? new TrainingHistory() : null,
            logging.TensorboardDir is { } folder ? new TensorBoardEvents(folder) : null,
            logging.ReportPath is { } page ? new RunReport(page) : null,
            logging.RunsCsv is { } table ? new RunsTable(table) : null,
        };
        return new TrainingObservers([.. observers.OfType<ITrainingObserver>()]);
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
