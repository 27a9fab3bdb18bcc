using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class PackedWeightTests
{
    [Theory]
    [InlineData(100, 37, 128, 192, 48)]
    [InlineData(64, 16, 64, 192, 16)]
    [InlineData(768, 768, 768, 768, 768)]
    [InlineData(50257, 20, 50304, 50304, 32)]
    public void Weights_are_filled_up_to_whole_blocks(int outputs, int inputs, int wholeOf64, int wholeOfAny, int wholeInputs)
    {
        using var scope = NewDisposeScope();
        var wholeOutputs = PackedLayout.Of(ScalarType.Float32)?.Width == PanelWeight.Wide ? wholeOf64 : wholeOfAny;
        foreach (var inputRows in new[] { false, true })
        {
            var original = new OriginalWeight(randn(inputRows ? [inputs, outputs] : [outputs, inputs]), null, inputRows);
            using var padded = PackedWeight.Pack(original, ScalarType.Float32, padded: true);
            using var asItIs = PackedWeight.Pack(original, ScalarType.Float32, padded: false);
            Assert.Equal((wholeOutputs, wholeInputs), (padded.Outputs, padded.Inputs));
            Assert.Equal((outputs, inputs), (asItIs.Outputs, asItIs.Inputs));
            Assert.Equal(outputs != wholeOutputs || inputs != wholeInputs, PackedWeight.HasTail(original, ScalarType.Float32));
        }
    }

    [Fact]
    public void Outputs_that_fill_up_are_not_seen_and_inputs_that_do_count_for_nothing()
    {
        using var scope = NewDisposeScope();
        var original = new OriginalWeight(randn(100, 37), randn(100), InputRows: false);
        using var layer = new PackedLinear(PackedWeight.Pack(original, ScalarType.Float32, padded: true), original, ScalarType.Float32);
        foreach (var few in new[] { true, false })
        {
            var length = few ? 4 : layer.MaxPlainRows + 1;
            var (x, residual) = (randn(3, length, 37), randn(3, length, 100));
            var expected = nn.functional.linear(x, original.Weight, original.Bias);
            Assert.Equal([3, length, 100], layer.Forward(x).shape);
            Assert.True(layer.Forward(x).allclose(expected, rtol: 0, atol: 1e-4));
            Assert.True(layer.Forward(x, Activation.Relu).allclose(expected.relu(), rtol: 0, atol: 1e-4));
            Assert.True(layer.Forward(x, Activation.Gelu).allclose(nn.functional.gelu(expected), rtol: 0, atol: 1e-4));
            Assert.True(layer.ForwardAdd(x, residual).allclose(expected.add(residual), rtol: 0, atol: 1e-4));
            Assert.True(layer.ForwardAdd(x, residual.transpose(0, 1).contiguous().transpose(0, 1)).allclose(expected.add(residual), rtol: 0, atol: 1e-4));
        }

        var stride = PackedLayout.OutputBlock(ScalarType.Float32) == 64 ? 128 : 192;
        Assert.Equal([stride, 1], layer.Forward(randn(layer.MaxPlainRows + 1, 37)).stride());
    }

    [Fact]
    public void Without_panels_few_rows_go_the_other_way()
    {
        using var scope = NewDisposeScope();
        var original = new OriginalWeight(randn(128, 32), randn(128), InputRows: false);
        var packed = PackedWeight.Pack(original, ScalarType.Float32, padded: true);
        packed.DropPanels();
        using var layer = new PackedLinear(packed, original, ScalarType.Float32);
        Assert.Equal(0, layer.MaxPlainRows);
        Assert.Equal(["oneDNN's product"], layer.Ways.Select(way => way.Name));
        var (x, y) = (randn(1, 32), new float[128]);
        layer.Forward(x.data<float>().ToArray(), 1, y, accumulate: false);
        Assert.True(tensor(y).view(1, 128).allclose(nn.functional.linear(x, original.Weight, original.Bias), rtol: 0, atol: 1e-4));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Where_oneDNNs_product_turns_out_wrong_only_when_it_is_needed_managed_code_takes_all_rows(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var original = new OriginalWeight(randn(192, 32), randn(192), InputRows: false);
        if (OneDnn.Missing(type) is not null)
        {
            Assert.Equal(ScalarType.BFloat16, type);
            return;
        }

        using var layer = new PackedLinear(PackedWeight.Pack(original, type, padded: true), original, type);
        var ways = layer.Ways.ToList();
        if (PackedLayout.Of(type) is null)
        {
            // Then there is nothing that could take its place, and it is proven at once.
            Assert.Null(Assert.Single(ways).Defer);
            return;
        }

        var asked = 0;
        ways[^1].Defer!(() => ++asked == 1 ? "wrong, says the test" : null);
        var (x, residual) = (randn(500, 32).to_type(type), randn(500, 192).to_type(type));
        var plain = nn.functional.linear(x.to_type(ScalarType.Float32), original.Weight, original.Bias);
        var (relative, absolute) = type == ScalarType.Float32 ? (0, 1e-4) : (0.02, 0.1);

        var few = layer.Forward(x.narrow(0, 0, 3));
        Assert.Equal(FewRows.Are(x, 3) ? 0 : 1, asked);
        AssertClose(few, plain.narrow(0, 0, 3));
        AssertClose(layer.Forward(x), plain);
        AssertClose(layer.Forward(x, Activation.Gelu), nn.functional.gelu(plain));
        AssertClose(layer.Forward(x, Activation.Tanh), plain.tanh());
        AssertClose(layer.ForwardAdd(x, residual), plain.add(residual));
        var rows = new float[500 * 192];
        layer.Forward(x.to_type(ScalarType.Float32).data<float>().ToArray(), 500, rows, accumulate: false);
        AssertClose(tensor(rows).view(500, 192), plain);
        Assert.Equal(1, asked);
        Assert.Contains(KernelLedger.Choices, choice => choice is { Layer: "Linear layers of many rows", IsFallback: true } && choice.Reason.Contains("says the test", StringComparison.Ordinal));

        void AssertClose(Tensor actual, Tensor expected) => Assert.True(actual.to_type(ScalarType.Float32).allclose(expected, relative, absolute));
    }

    [Fact]
    public void A_type_that_oneDNN_does_not_pack_is_told()
    {
        Assert.Null(OneDnn.Missing(ScalarType.Float32));
        Assert.Contains("Float16", OneDnn.Missing(ScalarType.Float16), StringComparison.Ordinal);
        Assert.Equal(OneDnn.HasBFloat16, OneDnn.Missing(ScalarType.BFloat16) is null);
    }
}
