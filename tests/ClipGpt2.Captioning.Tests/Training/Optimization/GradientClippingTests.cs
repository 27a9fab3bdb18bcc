using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Training.Optimization;
using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class GradientClippingTests
{
    private static readonly double[] Types = [0.5, 1, 2, 3, 7.5, double.PositiveInfinity];

    [Fact]
    public void Norms_and_gradients_are_torchs() => Gen.Select(Gen.OneOf(0.1, 1, 1000), Gen.OneOf(Types), Gen.Int).Sample((maxNorm, type, seed) =>
    {
        using var scope = NewDisposeScope();
        using var ours = new RandomWeights(seed);
        using var theirs = new RandomWeights(seed, ScalarType.Float64, asParameters: true); // torch sums in the gradients' own type
        ours.DrawGradients();
        theirs.DrawGradients();
        var before = GradientClipping.ByNorm(ours.All, maxNorm, type);
        var expected = nn.utils.clip_grad_norm_(theirs.Parameters, maxNorm, type);
        Assert.Equal(expected, before, expected * 1e-6);
        AssertNear(theirs.Gradients(), ours.Gradients());
    }, iter: 30, threads: 1);

    [Theory]
    [InlineData(1, 19)]
    [InlineData(2, 13)]
    [InlineData(3, 12.207054954)]
    [InlineData(double.PositiveInfinity, 12)]
    public void The_norm_is_of_all_gradients_together(double type, double expected)
    {
        using var scope = NewDisposeScope();
        TrainedWeight[] weights = [new("a", zeros(2).requires_grad_(), PartRole.Decoder), new("b", zeros(1).requires_grad_(), PartRole.Decoder)];
        (weights[0].Weight.grad, weights[1].Weight.grad) = (cat([full(1, 3f), full(1, -4f)]), full(1, 12f));
        Assert.Equal(expected, GradientClipping.ByNorm(weights, maxNorm: 2, type), 1e-9);
        var factor = 2 / (expected + 1e-6);
        AssertNear([(float)(3 * factor), (float)(-4 * factor), (float)(12 * factor)], [.. weights.SelectMany(weight => weight.Weight.grad!.data<float>().ToArray())]);
    }

    /// <summary>Their powers are too small or too large for a double.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 1e-20)]
    [InlineData(ScalarType.Float32, 1e20)]
    [InlineData(ScalarType.Float64, 1e-20)]
    [InlineData(ScalarType.Float64, 1e20)]
    public void High_powers_of_extreme_gradients_are_measured(ScalarType type, double size)
    {
        using var scope = NewDisposeScope();
        var weight = new TrainedWeight("a", zeros(2, type).requires_grad_(), PartRole.Decoder);
        weight.Weight.grad = full(2, size, type);
        Assert.Equal(size * Math.Pow(2, 1 / 40.0), GradientClipping.Norm([weight], 40), size * 1e-6);
    }

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
        foreach (var type in Types)
        {
            var expected = GradientClipping.Norm(others.All, type);
            Assert.Equal(expected, GradientClipping.Norm(plain.All, type), expected * 1e-6);
            GradientClipping.ByNorm(plain.All, maxNorm: 1, type);
            GradientClipping.ByNorm(others.All, maxNorm: 1, type);
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

            Assert.All(Types, type => Assert.Equal(wrong, GradientClipping.Norm(weights.All, type)));
        }
    }

    [Fact]
    public void Without_gradients_the_norm_is_0()
    {
        using var weights = new RandomWeights(seed: 2);
        Assert.All(Types, type => Assert.Equal(0, GradientClipping.ByNorm(weights.All, maxNorm: 1, type)));
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f * MathF.Max(1e-2f, MathF.Abs(pair.First))));
    }
}
