namespace ClipGpt2.Captioning.Training;

/// <summary>A training run as it is set up, before its first step.</summary>
public sealed record TrainingRun
{
    /// <summary>The run's name, which its files share: the configured checkpoint's without ending, and the timestamp.</summary>
    public required string Name { get; init; }

    /// <summary>When the run began, in the reference program's form <c>yyyyMMdd_HHmmss</c>: a resumed run keeps it.</summary>
    public required string Timestamp { get; init; }

    /// <summary>The file of the best checkpoint, with the timestamp; null if none is written.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>The options and the parts' configuration by dotted name, as <c>Optimization.WeightDecay</c>, in the order to show them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Configuration { get; init; }

    /// <summary>The device that is trained on.</summary>
    public required string Device { get; init; }

    /// <summary>The number of examples to train on; null for a stream.</summary>
    public int? TrainingExamples { get; init; }

    /// <summary>The number of examples to validate on.</summary>
    public int ValidationExamples { get; init; }

    /// <summary>The number of epochs; null where steps count alone.</summary>
    public int? Epochs { get; init; }

    /// <summary>The number of optimizer steps; null for a stream that hasn't been counted.</summary>
    public long? Steps { get; init; }

    /// <summary>The step at which the run goes on: 0 unless it was resumed.</summary>
    public long FirstStep { get; init; }

    /// <summary>The epochs that a resumed run has behind it.</summary>
    public IReadOnlyList<EpochFigures> History { get; init; } = [];

    /// <summary>Each weight that is trained, with its shape, in a fixed order.</summary>
    public required IReadOnlyList<KeyValuePair<string, IReadOnlyList<long>>> TrainedWeights { get; init; }
}
