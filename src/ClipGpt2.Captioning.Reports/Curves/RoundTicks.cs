using System.Globalization;

namespace ClipGpt2.Captioning.Reports.Curves;

/// <summary>The round numbers at which an axis has its ticks.</summary>
/// <param name="Positions">The numbers, rising.</param>
/// <param name="Labels">As they are written, all with as many decimals.</param>
internal sealed record RoundTicks(IReadOnlyList<double> Positions, IReadOnlyList<string> Labels)
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    /// <summary>Chooses the smallest round step that divides a range into no more than so many parts.</summary>
    /// <param name="range">What the axis shows.</param>
    /// <param name="parts">The most parts.</param>
    /// <param name="integers">Whether there are only whole numbers, as epochs are.</param>
    public static RoundTicks In(CurveRange range, int parts, bool integers = false)
    {
        var least = Math.Max(range.Length / parts, integers ? 1 : 0);
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(least)));

        // A little below counts as reached: 0.3 / 3 is not quite 0.1.
        var step = Steps.Select(s => s * magnitude).First(s => s >= least * (1 - 1e-9) && (!integers || s == Math.Round(s)));
        var first = Math.Ceiling(range.Low / step);

        // Counted, for among numbers beyond 2^53 there is none that is greater by 1. Adding 0 turns -0 into 0.
        var positions = Enumerable.Range(0, parts + 2).Select(i => ((first + i) * step) + 0.0).TakeWhile(p => p <= range.High).ToList();
        var largest = positions.Select(Math.Abs).DefaultIfEmpty().Max();
        return new(positions, [.. positions.Select(p => Label(p, step, largest))]);
    }

    private static string Label(double position, double step, double largest)
    {
        if (largest is >= 1e6 or < 1e-3)
        {
            return position == 0 ? "0" : position.ToString("0.###e0", CultureInfo.InvariantCulture);
        }

        var decimals = 0;
        for (var scaled = step; decimals < 12 && Math.Abs(scaled - Math.Round(scaled)) > 1e-6 * scaled; scaled *= 10)
        {
            decimals++;
        }

        return Math.Round(position, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }
}
