using System.Globalization;

namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>An interval around a figure.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High)
{
    /// <summary>Both ends with four decimals, in every culture the same.</summary>
    /// <returns>Such as <c>0.2500 to 0.3125</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low:F4} to {High:F4}");
}
