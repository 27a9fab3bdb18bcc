using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Evaluation;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>When and by what the model is judged: <c>evaluation_config</c>. The defaults are the reference program's.</summary>
public sealed class EvaluationSection
{
    /// <summary>What the captions for the validation pictures are measured by, beside the loss; an empty list to write no captions.</summary>
    /// <value>The default is BERTScore.</value>
    public IList<CaptionMetricKind> Metrics { get; set; } = [CaptionMetricKind.BertScore];

    /// <summary>The folder or id of BERTScore's model: RoBERTa or BERT.</summary>
    /// <value>The default is <c>roberta-large</c>, bert_score's for English.</value>
    [JsonPropertyName("bertscore_model")]
    public string BertScoreModel { get; set; } = "roberta-large";

    /// <summary>The layer of that model whose vectors are compared; null for bert_score's choice, which for roberta-large is 17.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonPropertyName("bertscore_num_layers")]
    [Range(0, 1024)]
    public int? BertScoreNumLayers { get; set; }

    /// <summary>METEOR's data, a folder or <c>meteor-1.5.jar</c>; null to match equal words and equal stems alone.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? MeteorData { get; set; }

    /// <summary>How many validation pictures get captions; null for all.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, int.MaxValue)]
    public int? MaxImages { get; set; }

    /// <summary>The number of beams with which captions are searched.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 1024)]
    public int NumBeams { get; set; } = 5;

    /// <summary>The most positions of prefix and caption together.</summary>
    /// <value>The default is 20.</value>
    [Range(2, 1 << 20)]
    public int MaxLength { get; set; } = 20;

    /// <summary>Whether the model is validated before the first step too.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool BeforeTraining { get; set; }

    /// <summary>The number of steps between two validations; null for one at the end of each epoch.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? EverySteps { get; set; }

    /// <summary>Whether each caption is measured by itself against the tokens that were trained on; otherwise each picture against all of its captions.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool PerCaption { get; set; } = true;

    /// <summary>How many of the captions are shown in reports and displays.</summary>
    /// <value>The default is 8.</value>
    [Range(0, 10_000)]
    public int Samples { get; set; } = 8;

    /// <summary>The figure that decides which model is the best: <c>validation_loss</c>, or a metric's key such as <c>cider</c> or <c>bertscore_f</c>.</summary>
    /// <value>The default is <c>validation_loss</c>.</value>
    public string BestBy { get; set; } = TrainingEvaluationOptions.ValidationLoss;

    /// <summary>Whether a lower figure is better; null for yes with the loss and no with all others.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public bool? LowerIsBetter { get; set; }

    /// <summary>After how many validations without a better figure the run ends; null for never.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, int.MaxValue)]
    public int? Patience { get; set; }
}
