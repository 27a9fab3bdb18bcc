using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class KernelPathTests
{
    public static TheoryData<KernelPath, Precision> Forced => new(
        from path in new[] { KernelPath.Packed, KernelPath.Plain, KernelPath.Managed }
        from precision in new[] { Precision.Float32, Precision.BFloat16, Precision.Int8Weights }
        where path != KernelPath.Packed || precision != Precision.BFloat16 || Captioning.Runtime.Kernels.OneDnn.HasBFloat16
        select (path, precision));

    [Theory]
    [MemberData(nameof(Forced))]
    public void A_forced_way_computes_right(KernelPath path, Precision precision)
    {
        foreach (var (inputs, outputs, inputRows) in new[] { (48, 64, false), (37, 65, false), (64, 192, true), (50, 100, true) })
        {
            using var scope = NewDisposeScope();
            var (weight, bias) = (randn(outputs, inputs) / 4, randn(outputs));
            using var layer = new Linear((inputRows ? weight.t() : weight).clone(), bias.clone(), new ComputeOptions { Precision = precision }, inputRows, path);
            foreach (var rows in new[] { 1, 2, 5, 6, 50 })
            {
                var x = randn(rows, inputs);
                var expected = nn.functional.linear(x, weight, bias);
                var tolerance = precision == Precision.Float32 ? 1e-4 : 0.15;
                Assert.True(layer.Forward(x.to_type(layer.ActivationType)).to_type(ScalarType.Float32).allclose(expected, rtol: 0, atol: tolerance));
                var y = new float[rows * outputs];
                layer.Forward(x.data<float>().ToArray(), rows, y);
                Assert.True(tensor(y).view(rows, outputs).allclose(expected, rtol: 0, atol: tolerance));
                layer.Forward(x.data<float>().ToArray(), rows, y, Activation.GeluTanh);
                Assert.True(tensor(y).view(rows, outputs).allclose(Activation.GeluTanh.Apply(expected), rtol: 0, atol: tolerance));
            }
        }
    }

    [Fact]
    public void A_forced_way_is_taken_and_named()
    {
        using var plain = new Linear(randn(100, 48), null, new ComputeOptions(), path: KernelPath.Plain);
        using var managed = new Linear(randn(100, 48), null, new ComputeOptions(), path: KernelPath.Managed);
        Assert.Equal(["libtorch's product"], plain.Ways);
        Assert.Equal(["managed code", "managed code"], managed.Ways);
        Assert.Equal(int.MaxValue, managed.MaxPlainRows);
    }

    [Fact]
    public void Weights_that_are_trained_keep_to_libtorch()
    {
        using var layer = new Linear(randn(100, 48), null, new ComputeOptions { Trainable = true }, path: KernelPath.Managed);
        Assert.Equal(["libtorch's product"], layer.Ways);
    }

    [Fact]
    public void Libtorch_is_set_up_once()
    {
        TorchRuntime.Load(new TorchRuntimeOptions { Kernels = LoadTorch.Kernels });
        var other = LoadTorch.Kernels == KernelPath.Plain ? KernelPath.Packed : KernelPath.Plain;
        var refusal = Assert.Throws<NativeBackendException>(() => TorchRuntime.Load(new TorchRuntimeOptions { Kernels = other }));
        Assert.Contains(other.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(LoadTorch.Kernels.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_is_logged_once_and_a_fallback_as_a_warning()
    {
        var unheard = new ListLogger<KernelPathTests>(withFallbacks: true);
        var name = $"Layers of {Guid.NewGuid()}";
        KernelLedger.Add(new KernelChoice(name, "Float32", "one way", "proven", IsFallback: false));
        KernelLedger.Add(new KernelChoice(name, "Float32", "one way", "proven again", IsFallback: false));
        KernelLedger.Add(new KernelChoice(name, "Float32", "another way", "output 7 was wrong", IsFallback: true));
        KernelLog.Choices(unheard);
        KernelLog.Choices(unheard);
        Assert.Equal(
            [$"Information: {name} in Float32 take one way: proven", $"Warning: {name} in Float32 take another way, since this machine computed wrong: output 7 was wrong"],
            unheard.Lines.Where(line => line.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_kernel_that_fails_its_proof_is_told_and_left()
    {
        var proof = new KernelProof($"Kernels of {Guid.NewGuid()}", "something else", () => KernelProof.Compare("sum", [1, 2.5f], [1, 2], 1e-3));
        Assert.False(proof.Holds);
        Assert.Contains(KernelLedger.Choices, choice => choice.IsFallback && choice.Path == "something else" && choice.Reason == "sum: value 1 of 2 is 2.5, and 2 is right");
    }
}
