using ClipGpt2.Captioning.Training.Optimization;
using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class GradientClippingTests
{
    [Fact]
    public void Norms_and_gradients_are_torchs() => Gen.Select(Gen.OneOf(0.1, 1, 1000), Gen.Enum<GradientNorm>(), Gen.Int).Sample((maxNorm, norm, seed) =>
    {
        using var scope = NewDisposeScope();
        using var ours = new RandomWeights(seed);
        using var theirs = new RandomWeights(seed, asParameters: true);
        ours.DrawGradients();
        theirs.DrawGradients();
        var before = GradientClipping.ByNorm(ours.All, maxNorm, norm);
        var expected = nn.utils.clip_grad_norm_(theirs.Parameters, maxNorm, norm == GradientNorm.L2 ? 2 : double.PositiveInfinity);
        Assert.Equal(expected, before, expected * 1e-6);
        AssertNear(theirs.Gradients(), ours.Gradients());
    }, iter: 30, threads: 1);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Values_are_cut_off_on_both_sides(ScalarType type)
    {
        using var weights = new RandomWeights(seed: 2, type);
        weights.DrawGradients();
        var before = weights.Gradients();
        GradientClipping.ByValue(weights.All, 0.5);
        Assert.Equal(before.Select(value => Math.Clamp(value, -0.5f, 0.5f)), weights.Gradients());
    }

    [Fact]
    public void Operators_measure_as_kernels_do()
    {
        using var plain = new RandomWeights(seed: 4);
        using var others = new RandomWeights(seed: 4, ScalarType.Float64);
        plain.DrawGradients();
        others.DrawGradients();
        foreach (var norm in Enum.GetValues<GradientNorm>())
        {
            Assert.Equal(GradientClipping.Norm(others.All, norm), GradientClipping.Norm(plain.All, norm), 1e-9);
            GradientClipping.ByNorm(plain.All, maxNorm: 1, norm);
            GradientClipping.ByNorm(others.All, maxNorm: 1, norm);
        }

        AssertNear(others.Gradients(), plain.Gradients());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_no_number_shows_in_every_norm(float wrong)
    {
        foreach (var weight in new[] { 0, 3, 5 })
        {
            using var weights = new RandomWeights(seed: 2);
            weights.DrawGradients();
            using (var gradient = weights[weight].grad!)
            {
                gradient.view(-1)[^1] = tensor(wrong);
            }

            Assert.Equal(wrong, GradientClipping.Norm(weights.All));
            Assert.Equal(wrong, GradientClipping.Norm(weights.All, GradientNorm.Largest));
        }
    }

    [Fact]
    public void Without_gradients_the_norm_is_0()
    {
        using var weights = new RandomWeights(seed: 2);
        Assert.Equal(0, GradientClipping.ByNorm(weights.All, maxNorm: 1));
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f * MathF.Max(1e-2f, MathF.Abs(pair.First))));
    }
}
