using SkiaSharp;

namespace ClipGpt2.Captioning.Reports.Tests;

public sealed class TrainingPlotTests : IDisposable
{
    private static readonly SKColor Blue = new(0, 0, 255);
    private static readonly SKColor Red = new(255, 0, 0);
    private static readonly SKColor Green = new(0, 128, 0);
    private static readonly SKColor FirstOfCycle = new(0x1f, 0x77, 0xb4);
    private static readonly SKColor SecondOfCycle = new(0xff, 0x7f, 0x0e);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_leaves_the_seeds_two_panels()
    {
        using var picture = Plot(new() { Epochs = 10 });
        Assert.Equal((1200, 500), (picture.Width, picture.Height));
        Assert.True(Count(picture, 0, FirstOfCycle) > 100 && Count(picture, 0, SecondOfCycle) > 100, "The left panel has no two curves.");
        Assert.True(Count(picture, 600, Blue) > 100 && Count(picture, 600, Red) > 100 && Count(picture, 600, Green) > 100, "The right panel has no three curves.");
        Assert.Equal(0, Count(picture, 600, FirstOfCycle));
        Assert.Equal(SKColors.White, picture.GetPixel(2, 2));
        Assert.Equal(SKColors.White, picture.GetPixel(602, 2));
    }

    [Fact]
    public void Titles_labels_and_ticks_are_written_whatever_fonts_the_machine_has()
    {
        using var picture = Plot(new() { Epochs = 10 });
        foreach (var (left, top, width, height, what) in new[] { (150, 0, 350, 32, "title"), (200, 478, 250, 22, "axis label"), (15, 60, 45, 380, "tick labels") })
        {
            Assert.True(Dark(picture, left, top, width, height) > 60, $"The left panel has no {what}.");
            Assert.True(Dark(picture, 600 + left, top, width, height) > 60, $"The right panel has no {what}.");
        }
    }

    [Fact]
    public void Nothing_is_drawn_before_the_second_epoch()
    {
        var plot = new TrainingPlot(_folder.File("figs/plots.png"));
        new FakeTrainer { Epochs = 1 }.Run(plot);
        Assert.Empty(_folder.Names());
        Assert.Equal(_folder.File($"figs/plots_{FakeTrainer.Timestamp}.png"), plot.Path);
        new FakeTrainer { Epochs = 2 }.Run(plot);
        Assert.Equal([Path.Combine("figs", $"plots_{FakeTrainer.Timestamp}.png")], _folder.Names());
    }

    [Fact]
    public void Without_BERTScore_the_right_panel_has_the_other_metrics()
    {
        using var picture = Plot(new() { Metrics = epoch => new() { ["cider"] = 0.1 * epoch } });
        Assert.Equal(1200, picture.Width);
        Assert.True(Count(picture, 600, FirstOfCycle) > 100, "The metric has no curve.");
        Assert.Equal(0, Count(picture, 600, Blue));
    }

    [Fact]
    public void Without_validation_there_is_one_panel_with_one_curve()
    {
        using var picture = Plot(new() { Validates = false });
        Assert.Equal((600, 500), (picture.Width, picture.Height));
        Assert.Equal(0, Count(picture, 0, SecondOfCycle));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    [InlineData(-1e300)]
    [InlineData(1e-300)]
    public void Figures_that_cannot_be_drawn_do_no_harm(double figure)
    {
        using var picture = Plot(new() { Loss = _ => figure, ValidationLoss = e => e == 1 ? figure : e, Metrics = _ => new() { ["bertscore_f"] = figure } });
        Assert.Equal(1200, picture.Width);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_before_the_first_step()
    {
        var file = _folder.Write("figs", "a file");
        var error = Assert.Throws<CaptioningException>(() => new FakeTrainer().Run(new TrainingPlot(Path.Combine(file, "plots.png"))));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    private SKBitmap Plot(FakeTrainer trainer)
    {
        var plot = new TrainingPlot(_folder.File("plots.png"));
        trainer.Run(plot);
        return SKBitmap.Decode(plot.Path);
    }

    private static int Count(SKBitmap picture, int left, SKColor color) =>
        Pixels(picture, left, 0, Math.Min(600, picture.Width - left), picture.Height).Count(c => c == color);

    private static int Dark(SKBitmap picture, int left, int top, int width, int height) => Pixels(picture, left, top, width, height).Count(c => c.Red < 128);

    private static IEnumerable<SKColor> Pixels(SKBitmap picture, int left, int top, int width, int height)
    {
        var pixels = picture.Pixels;
        return from y in Enumerable.Range(top, height) from x in Enumerable.Range(left, width) select pixels[(y * picture.Width) + x];
    }
}
