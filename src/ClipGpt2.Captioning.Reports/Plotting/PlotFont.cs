using SkiaSharp;

namespace ClipGpt2.Captioning.Reports.Plotting;

/// <summary>The letters of plots: matplotlib's own, carried along, since machines without a desktop often have no font at all.</summary>
internal static class PlotFont
{
    /// <summary>DejaVu Sans, its Latin and Greek letters.</summary>
    public static SKTypeface Typeface { get; } = Load();

    /// <summary>How far text of a size has to go down, so that its capitals stand in the middle: ScottPlot leaves room for the deepest letter of the font.</summary>
    public static float Drop(float size)
    {
        using var font = new SKFont(Typeface, size);
        return font.Metrics.Bottom - ((font.Spacing - font.Metrics.CapHeight) / 2);
    }

    private static SKTypeface Load()
    {
        using var font = typeof(PlotFont).Assembly.GetManifestResourceStream("DejaVuSans-Latin.ttf")!;
        return SKTypeface.FromStream(font);
    }
}
