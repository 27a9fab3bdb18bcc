using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training;

/// <summary>When and by what a model is judged while it is trained.</summary>
public class TrainingEvaluationOptions
{
    /// <summary>Whether the model is validated before the first step too.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool BeforeTraining { get; set; } = true;

    /// <summary>The number of steps between two validations; null for one at the end of each epoch.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? EverySteps { get; set; }

    /// <summary>What captions are measured by, beside the loss; empty to generate none.</summary>
    /// <value>The default is empty.</value>
    [JsonIgnore]
    public IList<ICaptionMetric> Metrics { get; set; } = [];

    /// <summary>How many validation images get captions for the metrics, the first of a seeded order; null for all.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, int.MaxValue)]
    public int? MaxImages { get; set; }

    /// <summary>How captions are searched.</summary>
    /// <value>The default is the reference program's validation: 5 beams, prefix and caption together at most 20 long.</value>
    [JsonIgnore]
    public DecodingOptions Decoding { get; set; } = new() { Beams = 5, EarlyStopping = EarlyStopping.WhenFull, MaxLength = 20 };

    /// <summary>Whether each caption is measured by itself against the tokens that were trained on, as the reference program does it; otherwise each image against all of its captions.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool PerCaption { get; set; }

    /// <summary>How many generated captions are shown to observers, such as reports and displays.</summary>
    /// <value>The default is 8.</value>
    [Range(0, 10_000)]
    public int Samples { get; set; } = 8;

    /// <summary>What decides which model is the best: <c>validation_loss</c>, or a key of a metric such as <c>cider</c> or <c>bertscore_f</c>.</summary>
    /// <value>The default is <c>validation_loss</c>.</value>
    public string BestBy { get; set; } = ValidationLoss;

    /// <summary>Whether a lower figure is better; null for yes with losses and no with all others.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public bool? LowerIsBetter { get; set; }

    /// <summary>After how many validations without a better figure the run ends; null for never.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, int.MaxValue)]
    public int? Patience { get; set; }

    internal const string ValidationLoss = "validation_loss";
}
