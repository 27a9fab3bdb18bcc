using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>A language model that continues from vectors, one token at a time: what a search runs on.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one; a session belongs to one call.</remarks>
public interface IAutoregressiveModel
{
    /// <summary>The size H of the vectors it reads.</summary>
    int HiddenSize { get; }

    /// <summary>The number V of its tokens.</summary>
    int VocabularySize { get; }

    /// <summary>The most positions that prefix, prompt and new tokens may take together.</summary>
    int MaxPositions { get; }

    /// <summary>How visual tokens are read.</summary>
    /// <value><see cref="VisualTokens.Before"/> unless a model says otherwise.</value>
    VisualTokens Reading => VisualTokens.Before;

    /// <summary>Reads the prefix and the prompt, and returns a session whose row i continues row i of the prefix.</summary>
    /// <param name="prefix">float32 [B, P, H]; P may be 0 where there is a prompt.</param>
    /// <param name="attentionMask">
    /// [B, P], 0 where a row is padded on its left and 1 elsewhere; null for no padding. Positions count from the first column that isn't padding.
    /// </param>
    /// <param name="promptIds">Token ids that every row reads after its prefix, or null.</param>
    /// <param name="maxNewTokens">
    /// The most tokens that will be written. The last of them is never read back, so that it takes no position; where there is one for it, the
    /// session may be advanced by it all the same.
    /// </param>
    /// <returns>A session of B rows whose logits are those of the last position; the caller's own.</returns>
    /// <exception cref="CaptioningException">
    /// The prefix has another hidden size, a row is nothing but padding, a token id is outside of the vocabulary, or prefix, prompt and new
    /// tokens take more than <see cref="MaxPositions"/>.
    /// </exception>
    IDecodingSession Start(torch.Tensor prefix, torch.Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens);

    /// <summary>The vectors of tokens, without their positions: a prompt in the form that a prefix has.</summary>
    /// <param name="tokenIds">int64, of any shape [...].</param>
    /// <returns>float32 [..., H]; the caller's own.</returns>
    /// <exception cref="CaptioningException">A token id is outside of the vocabulary.</exception>
    torch.Tensor Embed(torch.Tensor tokenIds);
}
