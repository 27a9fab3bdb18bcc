namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Where the models are that a checkpoint was trained upon, if they aren't where it says, or if it doesn't say (ClipCap's).</summary>
/// <remarks>Not safe for threads while it is changed.</remarks>
public sealed class BaseModels
{
    /// <summary>The image encoder's folder, its id in Hugging Face's cache, or a file of weights.</summary>
    /// <value>The default is <see langword="null"/>: what the checkpoint names.</value>
    public string? Encoder { get; set; }

    /// <summary>The decoder's folder, or its id in Hugging Face's cache.</summary>
    /// <value>The default is <see langword="null"/>: what the checkpoint names.</value>
    public string? Decoder { get; set; }
}
