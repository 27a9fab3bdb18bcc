using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a file of weights in OpenAI's form doesn't say of its model.</summary>
public sealed record ClipFileOptions
{
    /// <summary>The nonlinearity of both towers' blocks by Hugging Face's name: <c>quick_gelu</c> for OpenAI's models, <c>gelu</c> for LAION's.</summary>
    /// <value>
    /// The default is <see langword="null"/>: what <c>open_clip_config.json</c> beside the file says. Without one it is <c>quick_gelu</c> if the
    /// weights are as OpenAI's program leaves them (its three numbers among them, or float16 beside float32), else <c>gelu</c>, OpenCLIP's default.
    /// </value>
    public string? HiddenActivation { get; init; }

    /// <exception cref="CaptioningException">A value can't be.</exception>
    internal void Validate()
    {
        if (HiddenActivation is { } name && Activations.Parse(name) is null)
        {
            throw new CaptioningException($"{nameof(ClipFileOptions)}.{nameof(HiddenActivation)} is '{name}', it must be quick_gelu, gelu, gelu_new, silu, relu or tanh.");
        }
    }
}
