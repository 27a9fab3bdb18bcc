namespace ClipGpt2.Captioning.Reports.Curves;

/// <summary>What an axis shows.</summary>
/// <param name="Low">Its beginning.</param>
/// <param name="High">Its end, above its beginning.</param>
internal readonly record struct CurveRange(double Low, double High)
{
    /// <summary>The share of the data's range that is free at each end.</summary>
    private const double Margin = 0.05;

    /// <summary>Up to which share of themselves values count as one: means of equal numbers differ in their last digits.</summary>
    private const double Rounding = 1e-9;

    public double Length => High - Low;

    /// <summary>Holds all values with a margin; from 0 to 1 if there are none, and a little around a single one.</summary>
    public static CurveRange Of(IEnumerable<double> values)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (low > high)
        {
            return new(0, 1);
        }

        var margin = high - low > Rounding * Math.Max(Math.Abs(low), Math.Abs(high)) ? (high - low) * Margin : Math.Max(Math.Abs(low) * Margin, 1e-6);
        return new(low - margin, high + margin);
    }
}
