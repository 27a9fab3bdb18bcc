using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>What a training run writes, where and when.</summary>
public sealed class CheckpointOptions
{
    /// <summary>The best checkpoint's file, before the timestamp is put in and its ending becomes <c>.safetensors</c>; null to write none.</summary>
    /// <remarks>In a configuration file it is <c>training_config.trained_model_path</c>.</remarks>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore]
    public string? Path { get; set; }

    /// <summary>Whether the newest weights are written beside the best at each validation, as <c>..._last.safetensors</c>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool SaveLast { get; set; }

    /// <summary>The number of steps between two complete states; null for one at the end of each epoch.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? StateEverySteps { get; set; }

    /// <summary>Whether complete states are written, from which a run can be resumed.</summary>
    /// <remarks>States need a <see cref="Path"/>.</remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool SaveState { get; set; } = true;

    /// <summary>Whether the run goes on from the newest state that belongs to the checkpoint's name; without one it fails.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Resume { get; set; }

    /// <summary>Sections to put into the checkpoint's metadata as they are, such as the configuration file's, by name; values are JSON.</summary>
    /// <value>The default is empty: the trainer writes its own options.</value>
    [JsonIgnore]
    public IDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>();
}
