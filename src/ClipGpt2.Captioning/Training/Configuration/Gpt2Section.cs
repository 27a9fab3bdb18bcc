using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The language model: <c>gpt2_config</c>.</summary>
public sealed class Gpt2Section
{
    /// <summary>GPT-2's folder, or its id in Hugging Face's cache.</summary>
    [JsonRequired]
    public string Model { get; set; } = "";

    /// <summary>The number of prefix vectors that the projector makes of a picture.</summary>
    [JsonRequired]
    [Range(1, 1024)]
    public int VisualTokensLength { get; set; }

    /// <summary>The number of tokens to which a caption is cut.</summary>
    [JsonRequired]
    [TrainerOption(nameof(CaptionTrainerOptions.MaxTextTokens))]
    public int TextTokensMaxLength { get; set; }

    /// <summary>How many of the first blocks stay as they are, all where there are fewer; null for none.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonPropertyName("n_layers_to_freeze")]
    [TrainerOption(nameof(CaptionTrainerOptions.Freezing), nameof(FreezingOptions.Blocks))]
    public int? LayersToFreeze { get; set; }

    /// <summary>Whose reading of GPT-2's files is followed, in training and for its captions, where the versions of transformers differ.</summary>
    /// <remarks>Where it is the default a checkpoint doesn't mention it, as the reference program doesn't.</remarks>
    /// <value>The default is <see cref="ModelCompatibility.Transformers5"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ModelCompatibility Compatibility { get; set; }
}
