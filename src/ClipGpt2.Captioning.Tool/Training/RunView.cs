using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>What a display knows of a run at a moment.</summary>
internal sealed record RunView
{
    /// <summary>The figure that the best validation is chosen by.</summary>
    public required string BestBy { get; init; }

    /// <summary>The run; null before it has started, while images are encoded.</summary>
    public TrainingRun? Run { get; init; }

    public TrainingProgress? Progress { get; init; }

    /// <summary>Mean losses from the run's beginning (or resumption) on.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];

    public ValidationFigures? Validation { get; init; }

    /// <summary>The newest validation that has samples.</summary>
    public ValidationFigures? Samples { get; init; }

    public ValidationFigures? Best { get; init; }

    public TrainingResult? Result { get; init; }
}
