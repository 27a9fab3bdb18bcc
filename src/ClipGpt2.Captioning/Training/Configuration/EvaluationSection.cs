using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Evaluation;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>When and by what the model is judged: <c>evaluation_config</c>. The defaults are the reference program's.</summary>
public sealed class EvaluationSection : TrainingEvaluationOptions
{
    /// <summary>Creates the section with the reference program's defaults: nothing is judged before the run, and captions are measured one by one.</summary>
    public EvaluationSection() => (BeforeTraining, PerCaption) = (false, true);

    /// <summary>What the captions for the validation pictures are measured by, beside the loss, by name; an empty list to write no captions.</summary>
    /// <value>The default is BERTScore.</value>
    [MetricNames]
    [JsonPropertyName("metrics")]
    public IList<string> MetricNames { get; set; } = [CaptionMetrics.BertScore];

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

    /// <summary>The number of beams with which captions are searched.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 1024)]
    public int NumBeams
    {
        get => Decoding.Beams ?? 0;
        set => Decoding.Beams = value;
    }

    /// <summary>The most positions of prefix and caption together.</summary>
    /// <value>The default is 20.</value>
    [Range(2, 1 << 20)]
    public int MaxLength
    {
        get => Decoding.MaxLength ?? 0;
        set => Decoding.MaxLength = value;
    }
}
