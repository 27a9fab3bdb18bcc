namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>An interval around a figure.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
