using ClipGpt2.Captioning.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

public sealed class NextTokenLossTests
{
    private static readonly long[,] Labels = { { 0, 1, NextTokenLoss.Ignored, 3 }, { NextTokenLoss.Ignored, 2, 2, NextTokenLoss.Ignored } };

    [Fact]
    public void The_mean_is_the_sum_over_the_labels_that_count()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = (randn(2, 4, 5), tensor(Labels));
        Assert.Equal(4, NextTokenLoss.Count(labels));
        Assert.Equal(NextTokenLoss.Mean(logits, labels, 0.1).item<float>(), NextTokenLoss.Sum(logits, labels, 0.1).item<float>() / 4, 1e-6f);
    }

    [Fact]
    public void Smoothing_spreads_a_share_of_each_label_over_all_tokens()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = (randn(2, 4, 5), tensor(Labels));
        var uniform = NextTokenLoss.Mean(logits, labels, 1).item<float>();
        var plain = NextTokenLoss.Mean(logits, labels).item<float>();
        Assert.Equal((0.7f * plain) + (0.3f * uniform), NextTokenLoss.Mean(logits, labels, 0.3).item<float>(), 1e-6f);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_share_out_of_range_is_refused(double smoothing)
    {
        using var scope = NewDisposeScope();
        Assert.Contains("from 0 to 1", Assert.Throws<CaptioningException>(() => NextTokenLoss.Mean(randn(2, 4, 5), tensor(Labels), smoothing)).Message, StringComparison.Ordinal);
    }
}
