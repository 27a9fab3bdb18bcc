using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>The library's metrics, as configurations and command lines name them.</summary>
public enum CaptionMetricKind
{
    /// <summary><see cref="Metrics.Bleu.BleuMetric"/>.</summary>
    Bleu,

    /// <summary><see cref="Metrics.Meteor.MeteorMetric"/>.</summary>
    Meteor,

    /// <summary><see cref="Metrics.Rouge.RougeLMetric"/>.</summary>
    Rouge,

    /// <summary><see cref="Metrics.Cider.CiderMetric"/>.</summary>
    Cider,

    /// <summary><see cref="Metrics.Diversity.DiversityMetric"/>.</summary>
    Diversity,

    /// <summary><see cref="BertScoreMetric"/>.</summary>
    [JsonStringEnumMemberName("bertscore")]
    BertScore,

    /// <summary><see cref="ClipScoreMetric"/>.</summary>
    [JsonStringEnumMemberName("clipscore")]
    ClipScore,
}
