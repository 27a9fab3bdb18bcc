using TorchSharp;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>Turns an image embedding into the vectors that a language model reads before its first word.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one.</remarks>
public interface IPrefixProjector : IDisposable
{
    /// <summary>The size D of the embeddings it takes.</summary>
    int EmbeddingDimension { get; }

    /// <summary>The number P of prefix vectors.</summary>
    int PrefixLength { get; }

    /// <summary>The size H of a prefix vector: the decoder's hidden size.</summary>
    int HiddenSize { get; }

    /// <summary>Projects embeddings.</summary>
    /// <param name="embeddings">float32 [B, D].</param>
    /// <returns>float32 [B, P, H]; the caller's own.</returns>
    torch.Tensor Project(torch.Tensor embeddings);
}
