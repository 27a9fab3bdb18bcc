using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training;

/// <summary>How a captioner learns from rewards: it writes captions of its own, and those that a metric finds better than expected become likelier.</summary>
/// <remarks>
/// Self-critical sequence training (Rennie et al., Self-critical Sequence Training for Image Captioning, CVPR 2017), the usual second stage after
/// training on captions word by word. A batch is <see cref="CaptionTrainerOptions.BatchSize"/> pictures, each once an epoch, with all their training
/// captions as references. The loss is -(reward - baseline) * log p, over all tokens that were drawn, the end token among them, and divided by their
/// number; there is no dropout. The random numbers of the draws depend on the run's seed, the step and the picture
/// alone.
/// </remarks>
public class SelfCriticalOptions
{
    /// <summary>How many captions are drawn for each picture.</summary>
    /// <value>The default is 5, as in ruotianluo/self-critical.pytorch.</value>
    [Range(1, 1024)]
    public int Samples { get; set; } = 5;

    /// <summary>What a caption's reward is compared with: the mean of the picture's other drawn captions, or the caption that greedy search writes.</summary>
    /// <value>The default is <see cref="SelfCriticalBaseline.OtherSamples"/>.</value>
    public SelfCriticalBaseline Baseline { get; set; } = SelfCriticalBaseline.OtherSamples;

    /// <summary>What logits are divided by where captions are drawn, and in the loss: above 1 captions are more varied, below 1 less.</summary>
    /// <value>The default is 1.</value>
    [Range(0.01, 100)]
    public double Temperature { get; set; } = 1;

    /// <summary>The most tokens of a drawn caption, its end token included; null for as many as <see cref="CaptionTrainerOptions.MaxTextTokens"/>.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, 1024)]
    public int? MaxNewTokens { get; set; }

    /// <summary>What gives the rewards: the figure that it has for each picture.</summary>
    /// <remarks>It is asked for one caption of each of the batch's pictures at a time; figures that depend on the rest of a corpus depend on the batch.</remarks>
    /// <value>The default is <see langword="null"/>: CIDEr-D with document frequencies from all training captions.</value>
    [JsonIgnore]
    public ICaptionMetric? Reward { get; set; }

    /// <summary>Whether CIDEr, where no other metric gives the rewards, takes the end for a word of captions and references, so that a caption that breaks off loses by it.</summary>
    /// <remarks>As ruotianluo/self-critical.pytorch: a caption that breaks off, such as "a man on a", would lose nothing otherwise.</remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool EndIsWord { get; set; } = true;

    /// <summary>The key of the metric's score that is the reward; null for its last one, which is BLEU-4 of BLEU and F of BERTScore.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore]
    public string? RewardKey { get; set; }
}

/// <summary>What the reward of a caption that was drawn is compared with.</summary>
public enum SelfCriticalBaseline
{
    /// <summary>The mean reward of the picture's other drawn captions (Luo, A Better Variant of Self-Critical Sequence Training, 2020).</summary>
    OtherSamples,

    /// <summary>The reward of the caption that greedy search writes (Rennie et al., 2017).</summary>
    Greedy,
}
