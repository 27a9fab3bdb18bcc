namespace ClipGpt2.Captioning.Decoding;

/// <summary>An end that becomes likelier with each token.</summary>
/// <param name="Start">The number of new tokens after which it begins.</param>
/// <param name="Factor">
/// The end token's score s becomes s + |s| (<paramref name="Factor"/>^k - 1), with k tokens written since <paramref name="Start"/>.
/// </param>
public sealed record LengthDecay(int Start, double Factor);
