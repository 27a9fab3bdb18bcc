using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class DropoutMasksTests
{
    [Fact]
    public void The_kernel_proves_itself_before_anything_drops_out()
    {
        using var scope = NewDisposeScope();
        new DropoutMasks(seed: 1, pass: 1).Apply(ones(5), 0.5);
        Assert.Contains(KernelLedger.Choices, choice => choice is { Layer: "Dropout", IsFallback: false });
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void The_rate_is_kept_and_the_mean_stays(double rate)
    {
        using var x = ones(1000, 333);
        using var dropped = new DropoutMasks(seed: 7, pass: 3).Apply(x, rate);
        var values = dropped.data<float>().ToArray();
        Assert.Equal(rate, values.Count(v => v == 0) / (double)values.Length, 0.005);
        Assert.Equal(1, values.Average(), 0.02);
        Assert.Equal(2, values.Distinct().Count());
    }

    [Fact]
    public void Seed_pass_and_call_decide_and_nothing_else()
    {
        Assert.Equal(Draw(1, 2), Draw(1, 2));
        Assert.NotEqual(Draw(1, 2), Draw(2, 2));
        Assert.NotEqual(Draw(1, 2), Draw(1, 3));
        Assert.NotEqual(Draw(1, 2)[..50], Draw(1, 2)[50..]);

        static float[] Draw(long seed, long pass)
        {
            using var x = ones(50);
            var masks = new DropoutMasks(seed, pass);
            using var first = masks.Apply(x, 0.5);
            using var second = masks.Apply(x, 0.5);
            return [.. first.data<float>(), .. second.data<float>()];
        }
    }

    [Fact]
    public void Rows_do_not_follow_each_other()
    {
        // Neighbouring passes, sites and elements must be independent: a product of two masks keeps (1 - rate) squared.
        var a = new float[100_000];
        var b = new float[100_000];
        for (ulong shift = 1; shift <= 8; shift++)
        {
            DropoutKernel.Fill(a, DropoutKernel.Key(5, 5, 5), 0.5);
            DropoutKernel.Fill(b, DropoutKernel.Key(5, 5, 5 + shift), 0.5);
            Assert.Equal(0.25, a.Zip(b).Count(p => p.First != 0 && p.Second != 0) / 100_000.0, 0.01);
            Assert.Equal(0.25, a.Skip((int)shift).Zip(a).Count(p => p.First != 0 && p.Second != 0) / 100_000.0, 0.01);
        }
    }

    [Fact]
    public void Gradients_flow_through_what_was_kept()
    {
        using var scope = NewDisposeScope();
        var x = ones(64).requires_grad_();
        var y = new DropoutMasks(1, 1).Apply(x, 0.25);
        y.sum().backward();
        Assert.Equal(y.data<float>().ToArray(), x.grad!.data<float>().ToArray());
    }
}
