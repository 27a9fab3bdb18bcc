using ClipGpt2.Captioning.Training.Configuration;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>The log file of a run, with who writes to it.</summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly LogFile _file;

    private TrainingLog(LogFile file, TrainingConfiguration configuration)
    {
        _file = file;
        Setup = file.CreateLogger(ReferenceLog.LoggerName, LogLevel.Information);
        Warnings = file.CreateLogger(ReferenceLog.LoggerName, LogLevel.Warning);
        Run = new ReferenceLog(file.CreateLogger(ReferenceLog.LoggerName), configuration.TrainingConfig.MonitoringPlotsPath, configuration.EvaluationConfig.BestBy);
    }

    /// <summary>Takes what the reference program says of loading, and warnings.</summary>
    public ILogger Setup { get; }

    /// <summary>Takes warnings and what is worse.</summary>
    public ILogger Warnings { get; }

    /// <summary>Logs what happens in the run.</summary>
    public ReferenceLog Run { get; }

    /// <summary>Opens the file, emptied unless a run is resumed, and logs the configuration.</summary>
    public static TrainingLog Begin(string path, TrainingConfiguration configuration)
    {
        var log = new TrainingLog(LogFile.Open(path, configuration.CheckpointConfig.Resume), configuration);
        log.Run.Begin(configuration.ReferenceSections());
        return log;
    }

    public void Dispose() => _file.Dispose();
}
