namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Where the models are that a checkpoint was trained upon, if they aren't where it says, or if it doesn't say (ClipCap's).</summary>
public sealed record BaseModels
{
    /// <summary>CLIP's folder, its id in Hugging Face's cache, or a file of weights of OpenAI's or OpenCLIP's form.</summary>
    /// <value>The default is <see langword="null"/>: what the checkpoint names.</value>
    public string? Clip { get; init; }

    /// <summary>GPT-2's folder, or its id in Hugging Face's cache.</summary>
    /// <value>The default is <see langword="null"/>: what the checkpoint names.</value>
    public string? Gpt2 { get; init; }
}
