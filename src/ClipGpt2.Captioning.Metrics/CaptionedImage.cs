namespace ClipGpt2.Captioning.Metrics;

/// <summary>An image's candidate caption and its references.</summary>
/// <param name="Id">The image's id, unique in its corpus.</param>
/// <param name="Candidate">The caption to score; it may be empty.</param>
/// <param name="References">The captions that people gave, at least one.</param>
public sealed record CaptionedImage(string Id, string Candidate, IReadOnlyList<string> References);
