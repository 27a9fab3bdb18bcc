using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Evaluation;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>How the run learns from rewards for captions of its own: <c>self_critical_config</c>. A file without the section doesn't.</summary>
public sealed class SelfCriticalSection
{
    /// <summary>The checkpoint whose weights the run starts from: that of training on captions. Null for GPT-2 as it is and a fresh projector.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Checkpoint { get; set; }

    /// <summary>How many captions are drawn for each picture.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 1024)]
    public int Samples { get; set; } = 5;

    /// <summary>What a caption's reward is compared with: the mean of the picture's other drawn captions, or the caption that greedy search writes.</summary>
    /// <value>The default is <see cref="SelfCriticalBaseline.OtherSamples"/>.</value>
    public SelfCriticalBaseline Baseline { get; set; } = SelfCriticalBaseline.OtherSamples;

    /// <summary>What logits are divided by where captions are drawn, and in the loss: above 1 captions are more varied, below 1 less.</summary>
    /// <value>The default is 1.</value>
    [Range(0.01, 100)]
    public double Temperature { get; set; } = 1;

    /// <summary>The most tokens of a drawn caption, its end token included; null for as many as <c>gpt2_config.text_tokens_max_length</c>.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, 1024)]
    public int? MaxNewTokens { get; set; }

    /// <summary>The metric that gives the rewards: CIDEr-D with document frequencies from all training captions, BLEU-4, METEOR, ROUGE-L, BERTScore's F or RefCLIPScore.</summary>
    /// <value>The default is <see cref="CaptionMetricKind.Cider"/>.</value>
    [AllowedValues(CaptionMetricKind.Bleu, CaptionMetricKind.Meteor, CaptionMetricKind.Rouge, CaptionMetricKind.Cider, CaptionMetricKind.BertScore, CaptionMetricKind.ClipScore)]
    public CaptionMetricKind Reward { get; set; } = CaptionMetricKind.Cider;

    /// <summary>Whether CIDEr as the reward takes the end for a word of captions and references, so that a caption that breaks off loses by it.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool EndIsWord { get; set; } = true;

    /// <summary>The trainer's options, but for the metric, which <see cref="TrainingSetup"/> loads.</summary>
    internal SelfCriticalOptions ToOptions() => new()
    {
        Samples = Samples,
        Baseline = Baseline,
        Temperature = Temperature,
        MaxNewTokens = MaxNewTokens,
        EndIsWord = EndIsWord,
    };
}
