using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Turns texts into embeddings in the same space as an <see cref="IImageEncoder"/>'s, so that the two can be compared.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one.</remarks>
public interface ITextEncoder : IDisposable
{
    /// <summary>The size D of an embedding.</summary>
    int EmbeddingDimension { get; }

    /// <summary>Encodes texts; those that are too long are cut.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>float32 [N, D], not normalised; the caller's own.</returns>
    torch.Tensor Encode(IReadOnlyList<string> texts);
}
