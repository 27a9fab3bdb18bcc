using ClipGpt2.Captioning.Reports.Curves;
using ClipGpt2.Captioning.Reports.Plotting;
using ClipGpt2.Captioning.Training;
using ScottPlot;
using SkiaSharp;

namespace ClipGpt2.Captioning.Reports;

/// <summary>Draws a run's curves as the reference program does: losses on the left, BERTScore's precision, recall and F1 on the right; a PNG of 1200 x 500 pixels.</summary>
/// <remarks>
/// Written from the second epoch on, and anew after each, whole or not at all. Without BERTScore the right panel has the other metrics; without any,
/// there is only the left one, and the picture is half as wide. After the reference program's <c>plot_training_progress</c>. An observer belongs to one run.
/// </remarks>
public sealed class TrainingPlot : ITrainingObserver
{
    private const int PanelWidth = 600;
    private const int Height = 500;

    private readonly string _configuredPath;

    /// <summary>Creates the observer of one run.</summary>
    /// <param name="path">The picture, before the run's timestamp is put in: <c>figs/plots.png</c> becomes <c>figs/plots_20261123_213907.png</c>.</param>
    public TrainingPlot(string path) => _configuredPath = path;

    /// <summary>The picture; null before the run has started.</summary>
    public string? Path { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The picture's folder can't be made.</exception>
    public void Started(TrainingRun run)
    {
        Path = ReportFile.WithTimestamp(_configuredPath, run.Timestamp, ".png");
        AtomicFile.MakeFolderOf(Path);
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The picture can't be written.</exception>
    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        if (history.Count >= 2)
        {
            AtomicFile.Write(Path!, stream => Draw(history, stream));
        }
    }

    private static void Draw(IReadOnlyList<EpochFigures> history, Stream stream)
    {
        var panels = Panels(history).ToList();
        using var surface = SKSurface.Create(new SKImageInfo(PanelWidth * panels.Count, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        surface.Canvas.Clear(SKColors.White);
        for (var i = 0; i < panels.Count; i++)
        {
            using var plot = PanelDrawing.Draw(panels[i]);
            surface.Canvas.Save();
            surface.Canvas.ClipRect(SKRect.Create(i * PanelWidth, 0, PanelWidth, Height));
            plot.Render(surface.Canvas, new PixelRect(i * PanelWidth, (i + 1) * PanelWidth, Height, 0));
            surface.Canvas.Restore();
        }

        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        png.SaveTo(stream);
    }

    private static IEnumerable<PlotPanel> Panels(IReadOnlyList<EpochFigures> history)
    {
        yield return PlotPanel.Losses(EpochCurves.Losses(history));
        if (EpochCurves.BertScores(history) is { Count: > 0 } scores)
        {
            yield return PlotPanel.BertScores(scores);
        }
        else if (EpochCurves.OtherMetrics(history) is { Count: > 0 } metrics)
        {
            yield return PlotPanel.Metrics(metrics);
        }
    }
}
