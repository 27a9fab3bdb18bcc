namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>One score of two sets of candidates for the same images.</summary>
/// <param name="Key">The score's key.</param>
/// <param name="First">The first set's figure.</param>
/// <param name="Second">The second set's figure.</param>
/// <param name="Difference">The interval of the second less the first.</param>
/// <param name="PValue">How probable so large a difference is if neither set is better: two-sided, from 1 / samples to 1.</param>
public sealed record ScoreComparison(string Key, double First, double Second, ConfidenceInterval Difference, double PValue);
