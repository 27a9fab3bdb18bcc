using ClipGpt2.Captioning.Reports.Curves;
using ScottPlot;
using ScottPlot.AxisPanels;
using ScottPlot.TickGenerators;

namespace ClipGpt2.Captioning.Reports.Plotting;

/// <summary>Draws a panel in the look of the reference program's plots: matplotlib's defaults at 100 dots per inch.</summary>
internal static class PanelDrawing
{
    private const int MostTicks = 9;

    // matplotlib's sizes in points, at 100 dots per inch.
    private const float Point = 100 / 72f;
    private const float LetterSize = 10 * Point;
    private const float TitleSize = 12 * Point;
    private const float LineWidth = 1.5f * Point;
    private const float FrameWidth = 1;
    private const float TickLength = 3.5f * Point;
    private const float LabelDistance = 8;

    /// <summary>The panel as a plot; the caller disposes it.</summary>
    public static Plot Draw(PlotPanel panel)
    {
        var plot = new Plot();
        plot.HideGrid();
        foreach (var (i, curve) in panel.Curves.Index())
        {
            AddCurve(plot, curve, Color.FromHex(panel.Colors[i % panel.Colors.Count]));
        }

        var x = CurveRange.Of(panel.Curves.SelectMany(c => c.Drawn).Select(p => p.X));
        var y = CurveRange.Of(panel.Curves.SelectMany(c => c.Drawn).Select(p => p.Y));
        plot.Axes.SetLimits(x.Low, x.High, y.Low, y.High);
        SetTicks(plot.Axes.Bottom, RoundTicks.In(x, MostTicks, integers: true));
        SetTicks(plot.Axes.Left, RoundTicks.In(y, MostTicks));
        plot.Axes.FrameWidth(FrameWidth);
        plot.Axes.AntiAlias(false);
        Label(plot, panel);
        Legend(plot, LegendCorner.Of(panel.Curves, x, y));
        return plot;
    }

    private static void AddCurve(Plot plot, Curve curve, Color color)
    {
        var line = plot.Add.Scatter(curve.Points.Select(p => p.X).ToArray(), curve.Points.Select(p => double.IsFinite(p.Y) ? p.Y : double.NaN).ToArray(), color);
        line.LineWidth = LineWidth;
        line.MarkerSize = 0;
        var item = new LegendItem { LabelText = curve.Name, LineColor = color, LineWidth = LineWidth };
        SetFont(item.LabelStyle, LetterSize);
        plot.Legend.ManualItems.Add(item);

        foreach (var point in curve.Alone)
        {
            plot.Add.Marker(point.X, point.Y, MarkerShape.FilledCircle, 2 * LineWidth, color);
        }
    }

    private static void SetTicks(IAxis axis, RoundTicks ticks)
    {
        axis.TickGenerator = new NumericManual([.. ticks.Positions], [.. ticks.Labels.Select(l => l.Replace('-', '\u2212'))]);
        axis.MajorTickStyle.Length = TickLength;
        axis.MajorTickStyle.Width = FrameWidth;
        SetFont(axis.TickLabelStyle, LetterSize);
    }

    private static void Label(Plot plot, PlotPanel panel)
    {
        plot.Title(panel.Title);
        plot.XLabel("Epoch");
        plot.YLabel(panel.Label);
        SetFont(plot.Axes.Title.Label, TitleSize);
        SetFont(plot.Axes.Bottom.Label, LetterSize);
        SetFont(plot.Axes.Left.Label, LetterSize);
        plot.Axes.Title.VerticalPadding = 2;

        ((LeftAxis)plot.Axes.Left).PaddingBetweenTickAndAxisLabels = new PixelPadding(LabelDistance);

        // The label is turned by a quarter; what drops it moves it to the right.
        (plot.Axes.Left.Label.OffsetX, plot.Axes.Left.Label.OffsetY) = (plot.Axes.Left.Label.OffsetY, 0);
    }

    private static void Legend(Plot plot, Alignment corner)
    {
        plot.ShowLegend(corner);
        plot.Legend.SymbolWidth = 2 * LetterSize;
        plot.Legend.OutlineColor = Color.FromHex("#cccccc");
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.BackgroundColor = Colors.White.WithAlpha(0.8);
    }

    private static void SetFont(LabelStyle style, float size)
    {
        style.Font = PlotFont.Typeface;
        style.FontSize = size;
        style.Bold = false;
        style.ForeColor = Colors.Black;
        style.OffsetY = PlotFont.Drop(size);
    }
}
