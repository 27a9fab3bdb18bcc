namespace ClipGpt2.Captioning.Training;

/// <summary>What an epoch came to.</summary>
public sealed record EpochFigures
{
    /// <summary>The epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many optimizer steps were made by its end.</summary>
    public required long Step { get; init; }

    /// <summary>The mean of its batches' losses.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>The mean of its batches' mean rewards; null where captions aren't rewarded (<see cref="CaptionTrainerOptions.SelfCritical"/>).</summary>
    public double? TrainReward { get; init; }

    /// <summary>The mean of the validation batches' losses; null without validation.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Further figures of its validation by their keys, as <c>bertscore_f</c> or <c>cider</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>How long it took, its validation included.</summary>
    public required double Seconds { get; init; }

    /// <summary>The learning rate of its last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Whether it is the best epoch so far by the run's figure.</summary>
    public bool IsBest { get; init; }
}
