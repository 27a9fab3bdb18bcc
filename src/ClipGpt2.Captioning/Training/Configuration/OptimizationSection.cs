using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What is minimised, by which weights and how: <c>optimization_config</c>. The defaults are the reference program's.</summary>
public sealed class OptimizationSection : OptimizationOptions
{
    /// <summary>What the loss counts, by its name. With another than the reference program's, the defaults of other keys are those of <see cref="CaptionTrainerOptions"/>.</summary>
    /// <value>The default is <c>reference</c>.</value>
    [ObjectiveNames]
    [TrainerOption(nameof(CaptionTrainerOptions.Objective))]
    public string Objective { get; set; } = CaptionObjective.Reference.Name;

    /// <summary>The share of the loss that is spread over all tokens.</summary>
    /// <value>The default is 0.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.LabelSmoothing))]
    public double LabelSmoothing { get; set; } = TrainingConfiguration.Usual.LabelSmoothing;

    /// <summary>What all randomness of the run (the projector's first weights, orders, dropout) comes from.</summary>
    /// <value>The default is 42.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.Seed))]
    public long Seed { get; set; } = TrainingConfiguration.Usual.Seed;

    /// <summary>The number of optimizer steps after which the run ends, even within an epoch; null for none but the epochs'.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.MaxSteps))]
    public long? MaxSteps { get; set; } = TrainingConfiguration.Usual.MaxSteps;

    /// <summary>The number format that the models compute in while they are trained.</summary>
    /// <value>The default is <see cref="Precision.Float32"/>.</value>
    [AllowedValues(Precision.Float32, Precision.BFloat16)]
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>Whether all of GPT-2 stays as it is: ClipCap's <c>only_prefix</c>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.Freezing), nameof(FreezingOptions.Decoder))]
    public bool FreezeDecoder { get; set; } = TrainingConfiguration.Usual.Freezing.Decoder;

    /// <summary>Whether GPT-2's token and position embeddings (and with them the tied head) stay as they are.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.Freezing), nameof(FreezingOptions.Embeddings))]
    public bool FreezeEmbeddings { get; set; } = TrainingConfiguration.Usual.Freezing.Embeddings;

    /// <summary>Whether CLIP's image tower is trained too, end to end; pictures are then encoded anew in every step.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.Freezing), nameof(FreezingOptions.Encoder), IsInverse = true)]
    public bool TrainEncoder { get; set; } = !TrainingConfiguration.Usual.Freezing.Encoder;

    /// <summary>Whether dropout works in frozen parts too, as Hugging Face's models have it.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.Freezing), nameof(FreezingOptions.DropoutInFrozenParts))]
    public bool DropoutInFrozenParts { get; set; } = true;
}
