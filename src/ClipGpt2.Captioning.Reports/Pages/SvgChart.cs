using System.Globalization;
using System.Text;
using ClipGpt2.Captioning.Reports.Curves;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>Curves as a drawing inside a page; its colours are the page's, so that they suit light and dark.</summary>
internal sealed class SvgChart
{
    private const int Width = 560;
    private const int Height = 280;
    private const int Left = 62;
    private const int Right = Width - 10;
    private const int Top = 10;
    private const int Bottom = Height - 40;

    /// <summary>Up to how many points each has a dot that says its value.</summary>
    private const int MostDots = 60;

    private readonly StringBuilder _svg = new();
    private readonly CurveRange _x;
    private readonly CurveRange _y;

    private SvgChart(IReadOnlyList<Curve> curves)
    {
        _x = CurveRange.Of(curves.SelectMany(c => c.Drawn).Select(p => p.X));
        _y = CurveRange.Of(curves.SelectMany(c => c.Drawn).Select(p => p.Y));
    }

    /// <summary>A figure with its title and legend.</summary>
    public static string Render(string title, string axis, IReadOnlyList<Curve> curves)
    {
        var chart = new SvgChart(curves);
        chart.AddAxes(axis);
        foreach (var (i, curve) in curves.Index())
        {
            chart.AddCurve(curve, i % 6);
        }

        // One curve of the title's name needs no legend.
        var legend = curves is [{ } only] && only.Name.Equals(title, StringComparison.OrdinalIgnoreCase) ? "" : string.Concat(curves.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $" <span class=\"key c{i % 6}\">{Html.Text(c.Name)}</span>")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<figure><figcaption>{Html.Text(title)}{legend}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Text(title)}\">{chart._svg}</svg></figure>\n");
    }

    private void AddAxes(string axis)
    {
        var (x, y) = (RoundTicks.In(_x, parts: 8, integers: true), RoundTicks.In(_y, parts: 6));
        foreach (var (position, label) in y.Positions.Zip(y.Labels))
        {
            var at = Html.Pixel(Y(position));
            _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" y1=\"{at}\" x2=\"{Right}\" y2=\"{at}\"/><text x=\"{Left - 6}\" y=\"{at}\" dy=\".35em\" text-anchor=\"end\">{label}</text>");
        }

        foreach (var (position, label) in x.Positions.Zip(x.Labels))
        {
            _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Html.Pixel(X(position))}\" y=\"{Bottom + 16}\" text-anchor=\"middle\">{label}</text>");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{Html.Text(axis)}</text>");
        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Top}V{Bottom}H{Right}\"/>");
    }

    private void AddCurve(Curve curve, int color)
    {
        var path = new StringBuilder();
        var gap = true;
        foreach (var point in curve.Points)
        {
            if (double.IsFinite(point.Y))
            {
                path.Append(CultureInfo.InvariantCulture, $"{(gap ? 'M' : 'L')}{Html.Pixel(X(point.X))} {Html.Pixel(Y(point.Y))}");
            }

            gap = !double.IsFinite(point.Y);
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<g class=\"c{color}\"><path class=\"curve\" d=\"{path}\"/>");
        foreach (var point in curve.Points.Count <= MostDots ? curve.Drawn : curve.Alone)
        {
            _svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Html.Pixel(X(point.X))}\" cy=\"{Html.Pixel(Y(point.Y))}\" r=\"3\"><title>{Html.Text(curve.Name)} {point.X}: {Html.Figure(point.Y)}</title></circle>");
        }

        _svg.Append("</g>");
    }

    private double X(double x) => Left + ((x - _x.Low) / _x.Length * (Right - Left));

    private double Y(double y) => Bottom - ((y - _y.Low) / _y.Length * (Bottom - Top));
}
