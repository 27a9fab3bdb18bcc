using ClipGpt2.Captioning.Reports;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Who watches a run, as the configuration's <c>logging_config</c> and <c>monitoring_plots_path</c> ask for it. Disposing it closes their files.</summary>
internal sealed class TrainingObservers : IDisposable
{
    private readonly List<ITrainingObserver> _observers;
    private readonly TrainingLog? _log;
    private readonly FewPictures _warnings = new(new TerminalLogger<CaptionTrainer>(), Messages.Hint);

    private TrainingObservers(List<ITrainingObserver> observers, TrainingLog? log, TrainingDisplay display, bool isLive, bool verbose)
    {
        (_observers, _log, Progress) = (observers, log, display);
        SetupLogger = log is null ? new TerminalLogger<TrainingSetup>() : new JoinedLogger<TrainingSetup>(new TerminalLogger<TrainingSetup>(), log.Setup);

        // A line on the terminal would tear the display apart.
        ILogger? terminal = verbose ? new MessageLogger(LogLevel.Trace, Messages.Hint) : isLive && log is not null ? null : _warnings;
        TrainerLogger = new JoinedLogger<CaptionTrainer>([.. new[] { terminal, log?.Warnings }.OfType<ILogger>()]);
    }

    /// <summary>Is told where the run is, many times an epoch.</summary>
    public IProgress<TrainingProgress> Progress { get; }

    /// <summary>Where loading is logged.</summary>
    public ILogger<TrainingSetup> SetupLogger { get; }

    /// <summary>Where the trainer's warnings are logged; its other messages say what observers are told of, and are for those who want to read each step.</summary>
    public ILogger<CaptionTrainer> TrainerLogger { get; }

    /// <summary>Opens the log, which begins before anything is loaded, and makes the rest.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="verbose">Whether the terminal is told all that the trainer logs.</param>
    /// <exception cref="CaptioningException">The log can't be written.</exception>
    public static TrainingObservers Create(TrainingConfiguration configuration, bool verbose)
    {
        var logging = configuration.LoggingConfig;
        var isLive = logging.Live && Terminal.IsInteractive;
        var log = logging.LogFile is { } file ? TrainingLog.Begin(file, configuration) : null;
        var display = TrainingDisplay.Create(Terminal.Open(), isLive, configuration.EvaluationConfig.BestBy);
        var observers = new List<ITrainingObserver?>
        {
            new TrainingPlot(configuration.TrainingConfig.MonitoringPlotsPath),
            logging.History ? new TrainingHistory() : null,
            logging.TensorboardDir is { } folder ? new TensorBoardEvents(folder) : null,
            logging.ReportPath is { } page ? new RunReport(page) : null,
            logging.RunsCsv is { } table ? new RunsTable(table) : null,
            log?.Run,
            display,
        };
        return new TrainingObservers([.. observers.OfType<ITrainingObserver>()], log, display, display is LiveDisplay, verbose);
    }

    public void AddTo(CaptionTrainerOptions options) => _observers.ForEach(options.Observers.Add);

    public void Dispose()
    {
        foreach (var observer in _observers.OfType<IDisposable>())
        {
            observer.Dispose();
        }

        _warnings.Dispose();
        _log?.Dispose();
    }
}
