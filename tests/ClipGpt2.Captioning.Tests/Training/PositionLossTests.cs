using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>The kernel beside libtorch's <c>cross_entropy</c>, which computes in float64 here.</summary>
public sealed class PositionLossTests
{
    private const long Tokens = 5;

    // GPT-2's vocabulary isn't a whole number of vectors.
    private const int Gpt2Vocabulary = 50257;

    [Theory]
    [InlineData(7, 50, 0)]
    [InlineData(7, 50, 0.1)]
    [InlineData(1, 3, 0)]
    [InlineData(1, 1, 0.3)]
    [InlineData(3, Gpt2Vocabulary, 0)]
    [InlineData(3, Gpt2Vocabulary, 0.1)]
    public void Loss_and_gradients_are_those_of_cross_entropy(int positions, int vocabulary, double smoothing)
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(positions, vocabulary);
        var (loss, gradients) = Run(scores, labels, smoothing);
        var (expectedLoss, expected) = Run(scores.to(ScalarType.Float64), labels, smoothing);
        Assert.Equal(expectedLoss, loss, 1e-6 * Math.Max(1, expectedLoss));
        Assert.Equal(expectedLoss, PositionLoss.Value(scores, labels, smoothing, Tokens), 1e-6 * Math.Max(1, expectedLoss));
        Assert.InRange(LargestDifference(expected, gradients), 0, 1e-7);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Weights_multiply_each_positions_loss_and_gradients(double smoothing)
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(4, 777);
        double[] weights = [0.5, -2, 0, 1];
        var (loss, gradients) = Run(scores, labels, smoothing, weights: weights);
        var (expectedLoss, expected) = Run(scores.to(ScalarType.Float64), labels, smoothing, weights: weights);
        Assert.Equal(expectedLoss, loss, 1e-6);
        Assert.Equal(expectedLoss, PositionLoss.Value(scores, labels, smoothing, Tokens, weights), 1e-6);
        Assert.InRange(LargestDifference(expected, gradients), 0, 1e-7);
        Assert.Equal(0, gradients[2].abs().max().item<float>());
    }

    [Fact]
    public void Weights_of_one_are_no_weights_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(3, 777);
        var (plain, ones) = (Run(scores, labels, 0.1), Run(scores, labels, 0.1, weights: [1, 1, 1]));
        Assert.Equal(plain.Loss, ones.Loss);
        Assert.True(plain.Gradients.Equals(ones.Gradients));
    }

    [Fact]
    public void Narrow_scores_give_the_gradients_of_their_values_rounded()
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(4, 1000);
        var narrow = scores.to(ScalarType.BFloat16);
        var (loss, gradients) = Run(narrow, labels, 0);
        var (expectedLoss, expected) = Run(narrow.to(ScalarType.Float64), labels, 0);
        Assert.Equal(expectedLoss, loss, 1e-6);
        Assert.Equal(ScalarType.BFloat16, gradients.dtype);

        // Half of the last of 8 bits.
        Assert.InRange((gradients.to(ScalarType.Float64) - expected).abs().div(expected.abs()).max().item<double>(), 0, 1.0 / 256);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Overwritten_scores_hold_the_same_gradients(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(5, 777);
        var apart = Run(scores.to(type), labels, 0.1);
        var inPlace = Run(scores.to(type), labels, 0.1, overwrite: true);
        Assert.Equal(apart.Loss, inPlace.Loss);
        Assert.True(apart.Gradients.Equals(inPlace.Gradients));
    }

    [Fact]
    public void Scores_far_apart_neither_overflow_nor_vanish()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[,] { { 3e4f, float.NegativeInfinity, -3e4f, 3e4f }, { -1e30f, 0, 0, 0 } });
        var (loss, gradients) = Run(scores, [0, 0], 0);
        Assert.Equal((Math.Log(2) + 1e30) / Tokens, loss, 1e23);
        Assert.Equal([-0.1f, 0, 0, 0.1f], gradients[0].data<float>().ToArray());
        Assert.Equal(-0.2f, gradients[1][0].item<float>());
    }

    [Fact]
    public void A_score_that_is_no_number_makes_the_loss_none()
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(2, 40);
        scores[1, 17] = tensor(float.NaN);
        Assert.True(double.IsNaN(PositionLoss.Value(scores, labels, 0, Tokens)));
        Assert.True(double.IsNaN(PositionLoss.Value(scores.to(ScalarType.BFloat16), labels, 0.1, Tokens)));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-100)]
    public void A_token_that_the_decoder_lacks_is_refused(long token)
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(2, 40);
        labels[1] = token;
        var error = Assert.Throws<CaptioningException>(() => PositionLoss.Value(scores, labels, 0, Tokens));
        Assert.Contains($"the token {token}, which the decoder's vocabulary of 40 lacks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_of_another_shape_are_refused()
    {
        using var scope = NewDisposeScope();
        var (scores, labels) = Example(2, 40);
        Assert.Contains("must be [1, V]", Assert.Throws<CaptioningException>(() => PositionLoss.Value(scores, labels[..1], 0, Tokens)).Message, StringComparison.Ordinal);
    }

    private static (Tensor Scores, long[] Labels) Example(int positions, int vocabulary)
    {
        using var generator = new Generator((ulong)vocabulary);
        var random = new Random(positions);
        return (randn(positions, vocabulary, generator: generator).Times(4), [.. Enumerable.Range(0, positions).Select(_ => random.NextInt64(vocabulary))]);
    }

    /// <summary>The loss, and the gradients that reach the tensor that the logits were made from.</summary>
    private static (double Loss, Tensor Gradients) Run(Tensor scores, long[] labels, double smoothing, bool overwrite = false, double[]? weights = null)
    {
        var leaf = scores.detach().clone().requires_grad_(true);
        var loss = PositionLoss.Backward(leaf.clone(), labels, smoothing, Tokens, overwrite, weights);
        return (loss, leaf.grad!);
    }

    private static double LargestDifference(Tensor expected, Tensor actual) => (actual.to(ScalarType.Float64) - expected).abs().max().item<double>();
}
