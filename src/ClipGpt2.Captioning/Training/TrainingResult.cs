namespace ClipGpt2.Captioning.Training;

/// <summary>How a training run ended.</summary>
public sealed record TrainingResult
{
    /// <summary>The run as it was set up.</summary>
    public required TrainingRun Run { get; init; }

    /// <summary>Why it ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>The error that ended it; null otherwise.</summary>
    public Exception? Error { get; init; }

    /// <summary>How many optimizer steps were made in all, those before a resumption included.</summary>
    public required long Steps { get; init; }

    /// <summary>The epochs.</summary>
    public required IReadOnlyList<EpochFigures> History { get; init; }

    /// <summary>The best validation by the run's figure; null if there was none.</summary>
    public ValidationFigures? Best { get; init; }

    /// <summary>The file of the best checkpoint; null if none was written.</summary>
    public string? BestCheckpoint { get; init; }

    /// <summary>The file of the last checkpoint; null if none was written.</summary>
    public string? LastCheckpoint { get; init; }

    /// <summary>How long the run (or its resumption) took.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>Why a training run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs or steps are done.</summary>
    Completed,

    /// <summary>The run's figure hadn't become better for long enough.</summary>
    StoppedEarly,

    /// <summary>It was cancelled; its state was saved, where states are saved.</summary>
    Cancelled,

    /// <summary>An error ended it.</summary>
    Failed,
}
