using ClipGpt2.Captioning.Images;
using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Turns pictures into embeddings: the first model of a captioner.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one.</remarks>
public interface IImageEncoder : IDisposable
{
    /// <summary>The size D of an embedding.</summary>
    int EmbeddingDimension { get; }

    /// <summary>How pictures become the pixels that this encoder takes.</summary>
    ImagePreprocessor Preprocessor { get; }

    /// <summary>Encodes preprocessed pictures.</summary>
    /// <param name="pixels">float32 [B, 3, H, W] on any device.</param>
    /// <returns>float32 [B, D], not normalised; the caller's own.</returns>
    torch.Tensor Encode(torch.Tensor pixels);
}
