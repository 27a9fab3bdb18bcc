using ClipGpt2.Captioning.Reports.Curves;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Tests.Curves;

public sealed class CurveTests
{
    [Fact]
    public void A_range_holds_all_points_with_a_margin()
    {
        var range = CurveRange.Of([1, 3]);
        Assert.Equal(0.9, range.Low, 12);
        Assert.Equal(3.1, range.High, 12);
    }

    [Fact]
    public void Without_points_or_with_one_a_range_has_a_length_all_the_same()
    {
        Assert.Equal(new CurveRange(0, 1), CurveRange.Of([]));
        Assert.True(CurveRange.Of([0]).Length > 0);
        Assert.True(CurveRange.Of([-5]).Length > 0);
    }

    [Fact]
    public void Values_that_differ_by_rounding_alone_count_as_one()
    {
        var range = CurveRange.Of([1e-3, 1e-3 + 2e-18, 1e-3 - 2e-18]);
        Assert.Equal(0.00095, range.Low, 9);
        Assert.Equal(0.00105, range.High, 9);
    }

    [Fact]
    public void A_point_between_gaps_stands_alone()
    {
        var curve = new Curve("loss", [new(0, 1), new(1, double.NaN), new(2, 2), new(3, double.PositiveInfinity), new(4, 3), new(5, 4)]);
        Assert.Equal([0, 2], curve.Alone.Select(p => p.X));
        Assert.Equal(4, curve.Drawn.Count());
    }

    [Fact]
    public void An_epoch_without_a_figure_is_left_out_of_its_curve()
    {
        EpochFigures[] history = [Epoch(0, null), Epoch(1, 1.5), Epoch(2, null)];
        var losses = EpochCurves.Losses(history);
        Assert.Equal(["Train Loss", "Val Loss"], losses.Select(c => c.Name));
        Assert.Equal([new CurvePoint(1, 1.5)], losses[1].Points);
        Assert.Empty(EpochCurves.BertScores(history));
        Assert.Single(EpochCurves.Losses([Epoch(0, null)]));
    }

    private static EpochFigures Epoch(int epoch, double? validationLoss) =>
        new() { Epoch = epoch, Step = epoch + 1, TrainLoss = 2, ValidationLoss = validationLoss, Seconds = 1, LearningRate = 1e-3 };
}
