using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>A decoder that a trainer can freeze in part, run with dropout, and ask for the logits that a loss needs and no others.</summary>
/// <remarks>A trainer takes any <see cref="ICaptionDecoder"/> that is <see cref="ITrainable"/>; this contract saves work and offers more.</remarks>
public interface ITrainableDecoder : ICaptionDecoder, ITrainable
{
    /// <summary>The logits of chosen positions: <see cref="ICaptionDecoder.Forward"/> for training.</summary>
    /// <param name="visualTokens">float32 [B, P, H].</param>
    /// <param name="tokenIds">int64 [B, T].</param>
    /// <param name="outputs">int64 [N]: the positions, counted through [B, P + T], or [B, T] where visual tokens are read beside the text, row by row.</param>
    /// <param name="dropout">The random zeros of the pass, or null.</param>
    /// <returns>float32 [N, V], with gradients where autograd records; the caller's own.</returns>
    torch.Tensor Forward(torch.Tensor visualTokens, torch.Tensor tokenIds, torch.Tensor outputs, DropoutMasks? dropout);

    /// <summary>Keeps the first blocks as they are while the rest is trained.</summary>
    /// <param name="blocks">How many; more than there are freeze all.</param>
    /// <exception cref="CaptioningException">The number is negative.</exception>
    void FreezeBlocks(int blocks);

    /// <summary>Keeps the token and position embeddings, and with them a tied head, as they are while the rest is trained.</summary>
    void FreezeEmbeddings();

    /// <summary>A decoder with the present weights that writes captions as fast as one that was loaded for inference.</summary>
    /// <remarks>It may share memory with this one: it is only good until the next training step.</remarks>
    /// <returns>The decoder; dispose it.</returns>
    ICaptionDecoder ForInference();
}
