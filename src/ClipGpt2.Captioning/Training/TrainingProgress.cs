namespace ClipGpt2.Captioning.Training;

/// <summary>Where a training run is.</summary>
public sealed record TrainingProgress
{
    /// <summary>What the run is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>The epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many optimizer steps are made.</summary>
    public required long Step { get; init; }

    /// <summary>How many there will be; null if that isn't known.</summary>
    public long? Steps { get; init; }

    /// <summary>How much of the phase's work is done: steps of the epoch, batches of a validation, images of an embedding.</summary>
    public required long Done { get; init; }

    /// <summary>How much there is of it; null if that isn't known.</summary>
    public long? Total { get; init; }

    /// <summary>The loss of the last step, NaN before the first.</summary>
    public double Loss { get; init; } = double.NaN;

    /// <summary>The mean reward of the captions that were drawn in the last step; NaN where none are (<see cref="CaptionTrainerOptions.SelfCritical"/>).</summary>
    public double Reward { get; init; } = double.NaN;

    /// <summary>The mean loss of the epoch so far, NaN before its first step.</summary>
    public double MeanLoss { get; init; } = double.NaN;

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>The norm of all of the last step's gradients together before clipping, of the kind that is clipped; NaN where it isn't computed.</summary>
    public double GradientNorm { get; init; } = double.NaN;

    /// <summary>Examples (or images) a second, lately.</summary>
    public double ExamplesPerSecond { get; init; }

    /// <summary>The time since the run (or its resumption) began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The time that is probably left of the run; null if that isn't known.</summary>
    public TimeSpan? Remaining { get; init; }
}

/// <summary>What a training run is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Images are encoded, once for all epochs.</summary>
    Embedding,

    /// <summary>Weights are trained.</summary>
    Training,

    /// <summary>The loss on the validation set is computed, and captions are generated and measured.</summary>
    Validating,
}
