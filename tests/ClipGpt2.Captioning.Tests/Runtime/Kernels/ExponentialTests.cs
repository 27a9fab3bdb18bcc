using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Tests.Runtime.Kernels;

public sealed class ExponentialTests
{
    [Fact]
    public void Both_widths_are_right_to_two_units_in_the_last_place()
    {
        for (var x = -87f; x <= 88; x += 0.0137f)
        {
            var expected = Math.Exp(x);
            Assert.InRange(Exponential.Of(Vector512.Create(x))[15], expected * (1 - 2.5e-7), expected * (1 + 2.5e-7));
            Assert.InRange(Exponential.Of(Vector256.Create(x))[7], expected * (1 - 2.5e-7), expected * (1 + 2.5e-7));
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(-87.5f, 0)]
    [InlineData(0, 1)]
    [InlineData(float.NaN, float.NaN)]
    public void Edges_are_exact(float x, float expected)
    {
        Assert.Equal(expected, Exponential.Of(Vector512.Create(x))[3]);
        Assert.Equal(expected, Exponential.Of(Vector256.Create(x))[3]);
    }

    [Fact]
    public void What_is_too_large_stays_at_the_top()
    {
        Assert.InRange(Exponential.Of(Vector256.Create(float.PositiveInfinity))[0], 1.65e38f, 1.66e38f);
        Assert.InRange(Exponential.Of(Vector512.Create(1e30f))[0], 1.65e38f, 1.66e38f);
    }
}
