using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>A packing that garbles the last block, as some versions do on some processors: noticed, refused, told, and survived.</summary>
public sealed class PackingFaultTests
{
    public static TheoryData<float> Garbage => [float.NaN, float.PositiveInfinity, 0, 0.01f, 1e30f];

    [Theory]
    [MemberData(nameof(Garbage))]
    public void A_garbled_weight_is_not_used(float garbage)
    {
        Warm();
        using var scope = NewDisposeScope();
        foreach (var (outputs, inputs) in new[] { (100, 48), (514, 64), (1000, 32), (64, 64), (50257, 8) })
        {
            var (weight, x) = (randn(outputs, inputs), randn(7, inputs));
            using var layer = WithFault(garbage, () => new Linear(weight.clone(), null, new ComputeOptions(), path: KernelPath.Auto));
            Assert.DoesNotContain(layer.Ways, way => way.StartsWith("oneDNN", StringComparison.Ordinal));
            Assert.True(layer.Forward(x).allclose(nn.functional.linear(x, weight), rtol: 1e-4, atol: 1e-4));
        }
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public void A_forced_way_that_fails_is_an_error(float garbage)
    {
        Warm();
        using var scope = NewDisposeScope();
        var failure = Assert.Throws<NativeBackendException>(() => WithFault(garbage, () => new Linear(randn(100, 48), null, new ComputeOptions(), path: KernelPath.Packed)));
        Assert.Contains("Kernels = Packed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("of 100", failure.Message, StringComparison.Ordinal);
        Assert.Contains("docs/troubleshooting.md", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captions_are_right_all_the_same_and_the_log_says_so()
    {
        using var sound = SampleCaptioner.Load();
        var expected = sound.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile)).Select(result => result.Text).ToList();
        using var garbled = WithFault(float.NaN, () => SampleCaptioner.Load());
        Assert.Equal(expected, garbled.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile)).Select(result => result.Text));
        if (LoadTorch.Kernels == KernelPath.Auto)
        {
            var choice = Assert.Single(KernelLedger.Choices, choice => choice is { Layer: "Linear layers", Format: "Float32", IsFallback: true });
            Assert.Equal("libtorch's product", choice.Path);
            // Of equal choices the first stays, whichever of these tests made it.
            Assert.Matches("oneDNN.s product: output [0-9]+ of [0-9]+ .* is right", choice.Reason);
        }
    }

    /// <summary>What the machine proves once a process is proven without the fault.</summary>
    private static void Warm()
    {
        Assert.True(OneDnn.IsAvailable);
        using var layer = new Linear(ones(64, 64), null, new ComputeOptions(), path: KernelPath.Packed);
    }

    private static T WithFault<T>(float garbage, Func<T> build)
    {
        OneDnn.Packed = packed => Garble(packed, garbage);
        try
        {
            return build();
        }
        finally
        {
            OneDnn.Packed = null;
        }
    }

    /// <summary>Writes over all but the first quarter of the memory: blocks of outputs lie one behind the other, filled-up ones last.</summary>
    private static unsafe void Garble(Tensor packed, float garbage)
    {
        var (address, bytes) = OneDnn.Memory(packed);
        var all = new Span<float>((void*)address, (int)(bytes / sizeof(float)));
        all[(all.Length / 4)..].Fill(garbage);
    }
}
