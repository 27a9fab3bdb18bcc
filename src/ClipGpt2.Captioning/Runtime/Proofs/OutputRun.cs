namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Some neighbouring outputs of a layer.</summary>
/// <param name="Begin">The first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct OutputRun(int Begin, int Count);
