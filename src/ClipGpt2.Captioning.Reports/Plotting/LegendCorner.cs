using ClipGpt2.Captioning.Reports.Curves;
using ScottPlot;

namespace ClipGpt2.Captioning.Reports.Plotting;

/// <summary>The corner where a legend covers the least of the curves.</summary>
internal static class LegendCorner
{
    // The size of a legend of short names, as shares of the panel.
    private const double Width = 0.25;
    private const double Frame = 0.04;
    private const double Line = 0.055;

    // A line may cross a corner in which it has no point: places between two points count too.
    private static readonly double[] Shares = [0.25, 0.5, 0.75];

    // In the order in which matplotlib tries them.
    private static readonly Alignment[] Corners = [Alignment.UpperRight, Alignment.UpperLeft, Alignment.LowerLeft, Alignment.LowerRight];

    public static Alignment Of(IReadOnlyList<Curve> curves, CurveRange x, CurveRange y)
    {
        var places = curves.SelectMany(Along).Select(p => (X: (p.X - x.Low) / x.Length, Y: (p.Y - y.Low) / y.Length)).ToList();
        var height = Frame + (Line * curves.Count);
        return Corners.MinBy(corner => places.Count(p => Covers(corner, height, p.X, p.Y)));
    }

    private static bool Covers(Alignment corner, double height, double x, double y) =>
        (corner is Alignment.UpperRight or Alignment.LowerRight ? x > 1 - Width : x < Width)
        && (corner is Alignment.UpperRight or Alignment.UpperLeft ? y > 1 - height : y < height);

    private static IEnumerable<CurvePoint> Along(Curve curve)
    {
        var points = curve.Drawn.ToList();
        return points.Concat(points.Zip(points.Skip(1)).SelectMany(pair => Shares.Select(share => Between(pair.First, pair.Second, share))));
    }

    private static CurvePoint Between(CurvePoint a, CurvePoint b, double share) => new(a.X + (share * (b.X - a.X)), a.Y + (share * (b.Y - a.Y)));
}
