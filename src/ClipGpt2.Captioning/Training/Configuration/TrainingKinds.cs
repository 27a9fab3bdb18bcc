using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a configuration can name; a host adds its own before the file is read.</summary>
public sealed class TrainingKinds
{
    /// <summary>The kinds of parts: those of the models that <c>clip_config</c> and <c>gpt2_config</c> name, and <c>projector_config.kind</c>.</summary>
    public CaptionerParts Parts { get; } = new();

    /// <summary>The metrics: <c>evaluation_config.metrics</c> and <c>self_critical_config.reward</c>.</summary>
    public CaptionMetrics Metrics { get; } = new();

    /// <summary>The forms of captions: <c>data_config.format</c>.</summary>
    public CaptionForms Forms { get; } = new();

    /// <summary>What the loss can count: <c>optimization_config.objective</c>.</summary>
    public CaptionObjectives Objectives { get; } = new();
}
