using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The image encoder: <c>clip_config</c>.</summary>
public sealed class ClipSection
{
    /// <summary>CLIP's folder, its id in Hugging Face's cache, or a file of weights of OpenAI's or OpenCLIP's form.</summary>
    [JsonRequired]
    public string Model { get; set; } = "";

    /// <summary>The size that pictures are squashed to before CLIP's own preprocessing.</summary>
    /// <remarks>The reference program's documentation says height and width, but it hands the two numbers to Pillow as width and height; so they are read.</remarks>
    /// <value>The default is 224, 224.</value>
    [Length(2, 2)]
    [Range(1, 1 << 14)]
    public IList<int> ImageSize { get; set; } = [224, 224];

    /// <summary>Whether pictures keep their proportions: they aren't squashed then and go through CLIP's own preprocessing alone, as in ClipCap.</summary>
    /// <remarks>Where it is false a checkpoint doesn't mention it, as the reference program doesn't.</remarks>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepAspect { get; set; }
}
