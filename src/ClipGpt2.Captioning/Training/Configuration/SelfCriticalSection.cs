using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Evaluation;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>How the run learns from rewards for captions of its own: <c>self_critical_config</c>. A file without the section doesn't.</summary>
public sealed class SelfCriticalSection : SelfCriticalOptions
{
    /// <summary>The checkpoint whose weights the run starts from: that of training on captions. Null for GPT-2 as it is and a fresh projector.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Checkpoint { get; set; }

    /// <summary>The metric that gives the rewards, by name: CIDEr-D with document frequencies from all training captions, BLEU-4, METEOR, ROUGE-L, BERTScore's F or RefCLIPScore.</summary>
    /// <value>The default is <c>cider</c>.</value>
    [RewardNames]
    [JsonPropertyName("reward")]
    public string RewardName { get; set; } = CaptionMetrics.Cider;
}
