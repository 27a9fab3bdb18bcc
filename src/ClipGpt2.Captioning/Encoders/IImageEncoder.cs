using ClipGpt2.Captioning.Images;
using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Turns pictures into features: the first model of a captioner.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one.</remarks>
public interface IImageEncoder : IDisposable
{
    /// <summary>What it gives for a picture: one vector of size D, or a sequence of T vectors of that size.</summary>
    FeatureShape Features { get; }

    /// <summary>How pictures become the pixels that this encoder takes.</summary>
    ImagePreprocessor Preprocessor { get; }

    /// <summary>Encodes preprocessed pictures.</summary>
    /// <param name="pixels">float32 [B, 3, H, W] on any device.</param>
    /// <returns>float32 [B, D], or [B, T, D], as <see cref="Features"/> says; not normalised; the caller's own.</returns>
    torch.Tensor Encode(torch.Tensor pixels);
}
