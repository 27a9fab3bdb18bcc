using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Writes captions from prefix vectors: the last model of a captioner.</summary>
/// <remarks>
/// Implementations hold weights and nothing else; what one call needs (a key/value cache, beams) belongs to that call, so that any number of
/// threads may call one decoder.
/// </remarks>
public interface ICaptionDecoder : IDisposable
{
    /// <summary>The size H of a prefix vector.</summary>
    int HiddenSize { get; }

    /// <summary>How visual tokens are read.</summary>
    /// <value><see cref="VisualTokens.Before"/> unless a decoder says otherwise.</value>
    VisualTokens Reading => VisualTokens.Before;

    /// <summary>Searches captions.</summary>
    /// <param name="prefix">float32 [B, P, H].</param>
    /// <param name="options">How to search. What isn't set is the decoder's to settle, by what its model says or by <see cref="DecodingOptions.WithDefaults"/>.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>For each image its sequences, best first.</returns>
    /// <exception cref="CaptioningException">Options or prefix don't fit the model, or its scores for an image aren't finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(torch.Tensor prefix, DecodingOptions options, CancellationToken token = default);

    /// <summary>The logits of given tokens after a prefix, for training and scoring.</summary>
    /// <param name="prefix">float32 [B, P, H].</param>
    /// <param name="tokenIds">int64 [B, T].</param>
    /// <param name="mask">[B, P + T], 1 where attention may look; null for everywhere.</param>
    /// <returns>float32 [B, P + T, V]; the caller's own.</returns>
    torch.Tensor Forward(torch.Tensor prefix, torch.Tensor tokenIds, torch.Tensor? mask = null);
}
