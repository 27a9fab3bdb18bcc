namespace ClipGpt2.Captioning.Inference;

/// <summary>A picture or a model that a run had to leave out.</summary>
/// <param name="Path">The file.</param>
/// <param name="Error">Why.</param>
public sealed record InferenceFailure(string Path, CaptioningException Error);
