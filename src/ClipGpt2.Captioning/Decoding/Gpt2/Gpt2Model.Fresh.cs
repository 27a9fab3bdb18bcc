using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>Models from nothing.</content>
public sealed partial class Gpt2Model
{
    /// <summary>Creates a model with fresh weights by Hugging Face's rules, to be trained from nothing.</summary>
    /// <remarks>Source: transformers' <c>GPT2PreTrainedModel._init_weights</c>, with draws in the order of the file's names.</remarks>
    /// <param name="config">The sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the processor. To train or save it, ask for <see cref="ComputeOptions.Trainable"/>.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="CaptioningException">The configuration can't be: every fault is listed.</exception>
    public static Gpt2Model CreateFresh(Gpt2Config config, long seed, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate(nameof(Gpt2Config));
        using var weights = Gpt2Initialization.Draw(config, seed);
        return Create(config, weights, compute);
    }
}
