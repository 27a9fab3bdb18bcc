using ClipGpt2.Captioning.Encoders;
using TorchSharp;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>Turns what an encoder gives for a picture into visual tokens: the vectors that a language model reads.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one.</remarks>
public interface IPrefixProjector : IDisposable
{
    /// <summary>What it takes: one vector of size D for each picture, or a sequence of T of them.</summary>
    FeatureShape Features { get; }

    /// <summary>The number P of visual tokens.</summary>
    int PrefixLength { get; }

    /// <summary>The size H of a visual token: the decoder's hidden size.</summary>
    int HiddenSize { get; }

    /// <summary>Projects features.</summary>
    /// <param name="features">float32 [B, D], or [B, T, D], as <see cref="Features"/> says.</param>
    /// <returns>float32 [B, P, H]; the caller's own.</returns>
    torch.Tensor Project(torch.Tensor features);
}
