namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>What a kind of layer computes with on this machine.</summary>
/// <param name="Layer">The kind: <c>linear layers</c>, <c>attention</c>.</param>
/// <param name="Format">The number format that was asked for.</param>
/// <param name="Path">What computes.</param>
/// <param name="Reason">Why: that it proved itself, and what didn't before it.</param>
/// <param name="IsFallback">Whether a way failed its proof.</param>
internal sealed record KernelChoice(string Layer, string Format, string Path, string Reason, bool IsFallback);
