using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The run: <c>training_config</c>.</summary>
public sealed class TrainingSection
{
    /// <summary>The share of the captions that is used, the reference program's choice of them; 1 or more for all.</summary>
    /// <value>The default is 1.</value>
    [TrainerOption(nameof(CaptionTrainerOptions.SubsetRatio))]
    public double SubsetRatio { get; set; } = TrainingConfiguration.Usual.SubsetRatio;

    /// <summary>The number of captions in a batch.</summary>
    [JsonRequired]
    [TrainerOption(nameof(CaptionTrainerOptions.BatchSize))]
    public int BatchSize { get; set; }

    /// <summary>How many times all captions are read.</summary>
    [JsonRequired]
    [TrainerOption(nameof(CaptionTrainerOptions.Epochs))]
    public int NumEpochs { get; set; }

    /// <summary>The learning rate.</summary>
    [JsonRequired]
    [TrainerOption(nameof(CaptionTrainerOptions.LearningRate))]
    public double LearningRate { get; set; }

    /// <summary>Whether to train on the first GPU; without one, the CPU is used.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonPropertyName("enable_GPU")]
    public bool EnableGpu { get; set; }

    /// <summary>The best checkpoint's file; the run's timestamp is put in, and the ending becomes <c>.safetensors</c>.</summary>
    [JsonRequired]
    [TrainerOption(nameof(CaptionTrainerOptions.Checkpoints), nameof(CheckpointOptions.Path))]
    public string TrainedModelPath { get; set; } = "";

    /// <summary>The file of the plot of losses and BERTScore; the run's timestamp is put in.</summary>
    [JsonRequired]
    public string MonitoringPlotsPath { get; set; } = "";
}
