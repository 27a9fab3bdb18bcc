using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What is minimised, by which weights and how: <c>optimization_config</c>. The defaults are the reference program's.</summary>
public sealed class OptimizationSection : OptimizationOptions
{
    /// <summary>What the loss counts. With another than the reference program's, the defaults of other keys are those of <see cref="CaptionTrainerOptions"/>.</summary>
    /// <value>The default is <see cref="CaptionObjective.Reference"/>.</value>
    public CaptionObjective Objective { get; set; } = CaptionObjective.Reference;

    /// <summary>The share of the loss that is spread over all tokens.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.999)]
    public double LabelSmoothing { get; set; }

    /// <summary>What all randomness of the run (the projector's first weights, orders, dropout) comes from.</summary>
    /// <value>The default is 42.</value>
    public long Seed { get; set; } = 42;

    /// <summary>The number of optimizer steps after which the run ends, even within an epoch; null for none but the epochs'.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? MaxSteps { get; set; }

    /// <summary>The number format that the models compute in while they are trained.</summary>
    /// <value>The default is <see cref="Precision.Float32"/>.</value>
    [AllowedValues(Precision.Float32, Precision.BFloat16)]
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>Whether all of GPT-2 stays as it is: ClipCap's <c>only_prefix</c>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FreezeDecoder { get; set; }

    /// <summary>Whether GPT-2's token and position embeddings (and with them the tied head) stay as they are.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FreezeEmbeddings { get; set; }

    /// <summary>Whether CLIP's image tower is trained too, end to end; pictures are then encoded anew in every step.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool TrainEncoder { get; set; }

    /// <summary>Whether dropout works in frozen parts too, as Hugging Face's models have it.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool DropoutInFrozenParts { get; set; } = true;
}
