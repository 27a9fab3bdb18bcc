using ClipGpt2.Captioning.Reports.Curves;
using CsCheck;

namespace ClipGpt2.Captioning.Reports.Tests.Curves;

public sealed class RoundTicksTests
{
    [Theory]
    [InlineData(0.41, 2.46, 9, false, "0.50 0.75 1.00 1.25 1.50 1.75 2.00 2.25")]
    [InlineData(0.8727, 0.8906, 9, false, "0.874 0.876 0.878 0.880 0.882 0.884 0.886 0.888 0.890")]
    [InlineData(-0.45, 9.45, 9, true, "0 2 4 6 8")]
    [InlineData(-0.05, 1.05, 9, true, "0 1")]
    [InlineData(-22.5, 472.5, 9, true, "0 100 200 300 400")]
    [InlineData(0, 1, 9, false, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0, 2e-5, 4, false, "0 5e-6 1e-5 1.5e-5 2e-5")]
    [InlineData(0, 2e6, 4, true, "0 5e5 1e6 1.5e6 2e6")]
    [InlineData(-1.5, 1.5, 3, false, "-1 0 1")]
    public void Ticks_are_where_matplotlib_has_them(double low, double high, int parts, bool integers, string expected) =>
        Assert.Equal(expected, string.Join(' ', RoundTicks.In(new CurveRange(low, high), parts, integers).Labels));

    [Fact]
    public void Among_numbers_too_large_to_count_there_is_an_end() => Assert.InRange(RoundTicks.In(new CurveRange(1e17, 1e17 + 32), 9).Positions.Count, 0, 11);

    [Fact]
    public void Whatever_the_range_ticks_are_few_and_inside() => Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[1e-9, 1e7], Gen.Bool).Sample((low, length, integers) =>
    {
        var ticks = RoundTicks.In(new CurveRange(low, low + length), 9, integers);
        Assert.InRange(ticks.Positions.Count, 0, 10);
        Assert.All(ticks.Positions, p => Assert.InRange(p, low - 1e-6, low + length + 1e-6));
    });
}
