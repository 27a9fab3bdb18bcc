namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What is written beside the checkpoints for people to look at: <c>logging_config</c>.</summary>
public sealed class LoggingSection
{
    /// <summary>The log in the reference program's form; null for none.</summary>
    /// <value>The default is <c>logs/training.log</c>, the reference program's.</value>
    public string? LogFile { get; set; } = "logs/training.log";

    /// <summary>Whether the figures of each epoch are written as JSON Lines beside the checkpoint.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool History { get; set; } = true;

    /// <summary>The folder of TensorBoard's event files; null for none.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? TensorboardDir { get; set; }

    /// <summary>The run's report, an HTML page with curves and captions; null for none.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? ReportPath { get; set; }

    /// <summary>The table that gets a row for each run; null for none.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? RunsCsv { get; set; }

    /// <summary>Whether progress is shown on the terminal while it is watched.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Live { get; set; } = true;
}
