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
        // Adding 0 turns -0 into 0.
        var positions = new List<double>();
        for (var i = Math.Ceiling(range.Low / step); i * step <= range.High; i++)
        {
            positions.Add((i * step) + 0.0);
        }

        return new(positions, [.. positions.Select(p => Label(p, step))]);
    }

    private static string Label(double position, double step)
    {
        if (Math.Max(Math.Abs(position), step) is >= 1e6 or < 1e-4 and > 0)
        {
            return position.ToString("0.###e0", CultureInfo.InvariantCulture);
        }

        var decimals = 0;
        for (var scaled = step; decimals < 12 && Math.Abs(scaled - Math.Round(scaled)) > 1e-6 * scaled; scaled *= 10)
        {
            decimals++;
        }

        return Math.Round(position, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }
}
