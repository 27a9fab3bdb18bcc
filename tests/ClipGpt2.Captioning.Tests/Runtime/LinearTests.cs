using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class LinearTests
{
    [Theory]
    [InlineData(Precision.Float32, 2e-5)]
    [InlineData(Precision.BFloat16, 0.03)]
    [InlineData(Precision.Int8Weights, 0.03)]
    public void Every_way_gives_the_plain_product(Precision precision, double tolerance)
    {
        // Sizes on and off the multiples of the packed blocks, and row counts on both sides of the managed product's limit.
        foreach (var (inputs, outputs) in new[] { (48, 64), (64, 200), (37, 65), (128, 512) })
        {
            using var scope = NewDisposeScope();
            var weight = rand(outputs, inputs) - 0.5f;
            var bias = rand(outputs);
            using var layer = new Linear(weight.clone(), bias.clone(), new ComputeOptions { Precision = precision });
            foreach (var rows in new[] { 1, 2, 3, 5, 8, 10, 11, 40 })
            {
                var x = rand(rows, inputs) - 0.5f;
                var residual = rand(rows, outputs);
                var expected = nn.functional.linear(x, weight, bias);

                AssertClose(expected, layer.Forward(x.to(layer.ActivationType)), tolerance);
                AssertClose(expected + residual, layer.ForwardAdd(x.to(layer.ActivationType), residual.to(layer.ActivationType)), tolerance * 2);
                AssertClose(expected, OnRows(layer, x, rows, zeros(rows, outputs), accumulate: false), tolerance);
                AssertClose(expected + residual, OnRows(layer, x, rows, residual, accumulate: true), tolerance);
            }
        }
    }

    [Theory]
    [InlineData(nameof(Activation.Gelu))]
    [InlineData(nameof(Activation.GeluTanh))]
    [InlineData(nameof(Activation.QuickGelu))]
    [InlineData(nameof(Activation.Relu))]
    [InlineData(nameof(Activation.Tanh))]
    public void Fused_and_managed_activations_equal_the_plain_ones(string name)
    {
        var activation = Enum.Parse<Activation>(name);
        using var scope = NewDisposeScope();
        var (weight, bias) = (randn(96, 32), randn(96));
        using var layer = new Linear(weight.clone(), bias.clone(), new ComputeOptions());
        foreach (var rows in new[] { 3, 30 })
        {
            var x = randn(rows, 32);
            var expected = activation.Apply(nn.functional.linear(x, weight, bias));
            AssertClose(expected, layer.Forward(x, activation), 2e-5);
            var y = new float[rows * 96];
            layer.Forward(x.data<float>().ToArray(), rows, y, activation);
            AssertClose(expected, torch.tensor(y).reshape(rows, 96), 2e-5);
        }
    }

    [Fact]
    public void A_packed_weight_can_no_longer_be_read()
    {
        using var layer = new Linear(ones(4, 4), null, new ComputeOptions());
        Assert.Contains("Trainable", Assert.Throws<CaptioningException>(() => layer.Weight).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_do_not_depend_on_their_neighbours()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(randn(130, 64), randn(130), new ComputeOptions());
        var x = randn(7, 64).data<float>().ToArray();
        var together = new float[7 * 130];
        layer.Forward(x, 7, together);
        for (var row = 0; row < 7; row++)
        {
            var alone = new float[130];
            layer.Forward(x.AsSpan(row * 64, 64), 1, alone);

            // To the last bit in managed code; libraries choose their code, and the order of their sums, by the number of rows.
            Assert.Equal(together[(row * 130)..((row + 1) * 130)], alone, (a, b) => Math.Abs(a - b) <= (layer.MaxPlainRows >= 7 ? 0 : 2e-5));
        }
    }

    private static Tensor OnRows(Linear layer, Tensor x, int rows, Tensor start, bool accumulate)
    {
        var y = start.data<float>().ToArray();
        layer.Forward(x.data<float>().ToArray(), rows, y, accumulate);
        return torch.tensor(y).reshape(start.shape);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        var difference = (expected - actual.to(ScalarType.Float32)).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"differs by {difference}");
    }
}
