namespace ClipGpt2.Captioning.Reports.Curves;

/// <summary>A figure over epochs or steps. A value that is no finite number is a gap.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points, by X.</param>
internal sealed record Curve(string Name, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>The points that can be drawn.</summary>
    public IEnumerable<CurvePoint> Drawn => Points.Where(p => double.IsFinite(p.Y));

    /// <summary>The points between two gaps, which no line shows.</summary>
    public IEnumerable<CurvePoint> Alone => Points.Where((p, i) => IsDrawn(i) && !IsDrawn(i - 1) && !IsDrawn(i + 1));

    private bool IsDrawn(int index) => index >= 0 && index < Points.Count && double.IsFinite(Points[index].Y);
}

/// <summary>A point of a <see cref="Curve"/>.</summary>
/// <param name="X">The epoch or step.</param>
/// <param name="Y">The figure.</param>
internal readonly record struct CurvePoint(double X, double Y);
