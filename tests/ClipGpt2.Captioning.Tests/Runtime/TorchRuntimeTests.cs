using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_computes_after_loading_twice()
    {
        TorchRuntime.Load();
        TorchRuntime.Load();
        using var ones = torch.ones(2, 3);
        using var sum = ones.sum();
        Assert.Equal(6, sum.item<float>());
    }

    [Fact]
    public void A_thread_count_below_one_is_refused() =>
        Assert.Contains("at least one thread", Assert.Throws<CaptioningException>(() => TorchRuntime.Configure(threads: 0)).Message, StringComparison.Ordinal);
}
