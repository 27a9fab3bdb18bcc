using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class TensorArithmeticTests
{
    /// <summary>TorchSharp's a + b fails here within some ten thousand rounds.</summary>
    [Fact]
    public void Numbers_live_while_a_call_reads_them_whatever_other_threads_do()
    {
        const int Rounds = 40_000;
        using var stop = new CancellationTokenSource();
        var allocating = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.KeepAlive(new byte[20_000]);
            }
        });
        allocating.Start();
        try
        {
            using var x = ones(4, 16);
            using var weight = ones(4, 16).requires_grad_();
            for (var i = 0; i < Rounds; i++)
            {
                using var scope = NewDisposeScope();
                var sum = x.Plus(weight).Times(3).Plus(x, 0.5);
                if (i % 100 == 0)
                {
                    Assert.Equal(6.5f, sum[0, 0].item<float>());
                }
            }
        }
        finally
        {
            stop.Cancel();
            allocating.Join();
        }
    }

    [Fact]
    public void Each_operation_is_what_its_name_says()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(new[] { 1f, 0, -4 }), tensor(new[] { 2f, 8, 0.5f }));
        Assert.Equal([3, 8, -3.5f], x.Plus(y).data<float>());
        Assert.Equal([2, 4, -3.75f], x.Plus(y, 0.5).data<float>());
        Assert.Equal([3, 0, -12], x.Times(3).data<float>());
        Assert.Equal([0.5f, 0, -2], x.Over(2).data<float>());
        Assert.Equal([true, false, true], x.IsNotZero().data<bool>());
        Assert.Equal([5L, 6, 7], TensorArithmetic.Range(5, 8, CPU).data<long>());
        Assert.Equal([4L, 4, 5], TensorArithmetic.Range(4, 7, CPU).PlusInPlace(-1L).AtLeast(4).data<long>());
        Assert.Equal([1, 0, -4], x.data<float>());
    }

    [Fact]
    public void In_place_operations_change_their_tensor_and_return_it()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(new[] { 1f, 0, -4 }), tensor(new[] { 2f, 8, 0.5f }));
        Assert.Same(x, x.PlusInPlace(y));
        Assert.Same(x, x.PlusInPlace(y, -1));
        Assert.Same(x, x.TimesInPlace(4));
        Assert.Same(x, x.PlusInPlace(0.25));
        Assert.Equal([4.25f, 0.25f, -15.75f], x.data<float>());
    }
}
