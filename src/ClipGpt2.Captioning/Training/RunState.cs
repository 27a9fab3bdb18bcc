using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training;

/// <summary>Where a run is, beside its weights: all that has to be known to go on as if nothing had happened.</summary>
internal sealed record RunState
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>When the run began, in the form of its files' names.</summary>
    public required string Timestamp { get; init; }

    /// <summary>How many optimizer steps were made.</summary>
    public long Step { get; set; }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>How many of the epoch's batches are done.</summary>
    public long Batch { get; set; }

    /// <summary>How many steps of the epoch are done.</summary>
    public long EpochSteps { get; set; }

    /// <summary>The sum of their losses.</summary>
    public double LossSum { get; set; }

    /// <summary>The sum of their mean rewards, where captions are rewarded.</summary>
    public double RewardSum { get; set; }

    /// <summary>How long the epoch took so far.</summary>
    public double EpochSeconds { get; set; }

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; set; }

    /// <summary>The step after which the model was last validated; -1 before the first validation.</summary>
    public long ValidatedStep { get; set; } = -1;

    /// <summary>Whether the run has ended because its figure hadn't become better.</summary>
    public bool StoppedEarly { get; set; }

    /// <summary>The best validation.</summary>
    public ValidationFigures? Best { get; set; }

    /// <summary>The newest validation of the epoch.</summary>
    public ValidationFigures? Newest { get; set; }

    /// <summary>How many validations in a row weren't better than the best.</summary>
    public int WithoutGain { get; set; }

    /// <summary>The epochs that are done.</summary>
    public List<EpochFigures> History { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text isn't what <see cref="ToJson"/> writes.</exception>
    public static RunState Parse(string json) => JsonSerializer.Deserialize<RunState>(json, Json) ?? throw new JsonException("The run's state is null.");

    /// <summary>Begins the next epoch.</summary>
    public void BeginEpoch()
    {
        Epoch++;
        (Batch, EpochSteps, LossSum, RewardSum, EpochSeconds, Newest) = (0, 0, 0, 0, 0, null);
    }
}
