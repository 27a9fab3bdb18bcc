using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>A language model that writes about visual tokens, one token at a time: what a search runs on.</summary>
/// <remarks>Implementations hold weights and nothing else, so that any number of threads may call one; a session belongs to one call.</remarks>
public interface IAutoregressiveModel
{
    /// <summary>The size H of the vectors it reads.</summary>
    int HiddenSize { get; }

    /// <summary>The number V of its tokens.</summary>
    int VocabularySize { get; }

    /// <summary>The most positions that visual tokens (where they take some), start token, prompt and new tokens may take together.</summary>
    int MaxPositions { get; }

    /// <summary>How visual tokens are read.</summary>
    /// <value><see cref="VisualTokens.Before"/> unless a model says otherwise.</value>
    VisualTokens Reading => VisualTokens.Before;

    /// <summary>Reads visual tokens and prompt, and returns a session whose row i continues row i of the visual tokens.</summary>
    /// <param name="visualTokens">float32 [B, P, H]. Where they stand before the text, P may be 0 if there is a prompt.</param>
    /// <param name="attentionMask">
    /// [B, P], 0 where a row is padded on its left and 1 elsewhere; null for no padding. Positions count from the first column that isn't padding.
    /// </param>
    /// <param name="promptIds">
    /// Token ids that every row reads first of its text, or null. Where visual tokens are read beside it there is one at least, the start token, which the
    /// caller puts there.
    /// </param>
    /// <param name="maxNewTokens">
    /// The most tokens that will be written. The last of them is never read back, so that it takes no position; where there is one for it, the
    /// session may be advanced by it all the same.
    /// </param>
    /// <returns>A session of B rows whose logits are those of the last position; the caller's own.</returns>
    /// <exception cref="CaptioningException">
    /// The visual tokens have another hidden size, a row is nothing but padding, a token id is outside of the vocabulary, or visual tokens, prompt and new
    /// tokens take more than <see cref="MaxPositions"/>.
    /// </exception>
    IDecodingSession Start(torch.Tensor visualTokens, torch.Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens);

    /// <summary>The vectors of tokens, without their positions: a prompt in the form that a prefix has.</summary>
    /// <param name="tokenIds">int64, of any shape [...].</param>
    /// <returns>float32 [..., H]; the caller's own.</returns>
    /// <exception cref="CaptioningException">A token id is outside of the vocabulary.</exception>
    torch.Tensor Embed(torch.Tensor tokenIds);
}
