using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Writes captions from visual tokens: the last model of a captioner.</summary>
/// <remarks>
/// Implementations hold weights and nothing else; what one call needs (a key/value cache, beams) belongs to that call, so that any number of
/// threads may call one decoder.
/// </remarks>
public interface ICaptionDecoder : IDisposable
{
    /// <summary>The size H of a visual token.</summary>
    int HiddenSize { get; }

    /// <summary>How visual tokens are read.</summary>
    /// <value><see cref="VisualTokens.Before"/> unless a decoder says otherwise.</value>
    VisualTokens Reading => VisualTokens.Before;

    /// <summary>Searches captions.</summary>
    /// <param name="visualTokens">float32 [B, P, H].</param>
    /// <param name="options">How to search. What isn't set is the decoder's to settle, by what its model says or by <see cref="DecodingOptions.WithDefaults"/>.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>For each image its sequences, best first.</returns>
    /// <exception cref="CaptioningException">Options or visual tokens don't fit the model, or its scores for an image aren't finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(torch.Tensor visualTokens, DecodingOptions options, CancellationToken token = default);

    /// <summary>The logits of given tokens, for training and scoring.</summary>
    /// <remarks>
    /// Where visual tokens stand before the text, it reads them and then the tokens, and position i foretells what comes after it: token j is foretold by
    /// position P - 1 + j. Where they are read beside it, it reads its own start token and then all tokens but the last, so that position j foretells token j.
    /// </remarks>
    /// <param name="visualTokens">float32 [B, P, H].</param>
    /// <param name="tokenIds">int64 [B, T].</param>
    /// <param name="mask">[B, P + T], or [B, T] where visual tokens are read beside, of the positions that are read: 1 where attention may look; null for everywhere.</param>
    /// <returns>float32 [B, P + T, V], or [B, T, V] where visual tokens are read beside; the caller's own.</returns>
    torch.Tensor Forward(torch.Tensor visualTokens, torch.Tensor tokenIds, torch.Tensor? mask = null);
}
