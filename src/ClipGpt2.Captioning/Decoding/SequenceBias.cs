namespace ClipGpt2.Captioning.Decoding;

/// <summary>An amount added to the score of a sequence's last token wherever the tokens before it have just been written.</summary>
/// <param name="TokenIds">The sequence; a single token is biased everywhere.</param>
/// <param name="Bias">What is added.</param>
public sealed record SequenceBias(IReadOnlyList<int> TokenIds, float Bias);
