using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class ConvolutionNormTests
{
    private static readonly int[] PublishedWidths = [64, 80, 96, 128];
    private static readonly (int, int, int, int)[] FillNoBlock = [(12, 20, 3, 1), (24, 100, 3, 2), (5, 7, 3, 1), (40, 24, 1, 2)];

    /// <summary>The channels of all ModifiedResNets that were published, with their kernels and strides, and some that fill no block.</summary>
    public static TheoryData<int, int, int, int> Shapes => new(
        PublishedWidths.SelectMany(Layers).Concat(FillNoBlock).Distinct());

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_way_is_the_direct_convolution(int inputs, int outputs, int kernel, int stride)
    {
        foreach (var compute in new[] { new ComputeOptions(), new ComputeOptions { Trainable = true } })
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var (weight, x) = (randn(outputs, inputs, kernel, kernel), randn(2, 9, 7, inputs));
            using var layer = new ConvolutionNorm(weight.clone(), Statistics(outputs), stride, compute);

            var actual = layer.Forward(x);
            Assert.Equal([2, ((9 - 1) / stride) + 1, ((7 - 1) / stride) + 1, outputs], actual.shape);
            AssertClose(DirectConvolution.Convolve(x, weight, stride), actual, inputs * kernel * kernel);
            AssertClose([.. DirectConvolution.Convolve(x, weight, stride).Select(y => Math.Max(y, 0))], layer.ForwardRelu(x), inputs * kernel * kernel);
        }
    }

    [Fact]
    public void Normalisation_and_residual_come_behind_the_product()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var channels in new[] { 64, 40 })
        {
            var (weight, x, residual) = (randn(channels, 8, 3, 3), randn(3, 6, 6, 8), randn(3, 6, 6, channels));
            var statistics = new BatchStatistics(rand(channels).Plus(ones(channels)), randn(channels), randn(channels), rand(channels).Plus(ones(channels)));
            using var packed = new ConvolutionNorm(weight.clone(), Copy(statistics), stride: 1, new ComputeOptions());
            using var plain = new ConvolutionNorm(weight.clone(), Copy(statistics), stride: 1, new ComputeOptions { Trainable = true });
            Assert.True(packed.Forward(x).allclose(plain.Forward(x), rtol: 1e-4, atol: 1e-4));
            Assert.True(packed.ForwardAddRelu(x, residual).allclose(plain.ForwardAddRelu(x, residual), rtol: 1e-4, atol: 1e-4));
        }
    }

    [Fact]
    public void Pieces_of_a_large_batch_are_the_whole()
    {
        using var scope = NewDisposeScope();
        var (weight, x) = (randn(16, 64, 3, 3), randn(6, 40, 40, 64)); // 22 MB unfolded: three pieces
        using var layer = new ConvolutionNorm(weight.clone(), Statistics(16), stride: 1, new ComputeOptions());
        var together = layer.Forward(x);
        for (var i = 0; i < 6; i++)
        {
            Assert.True(layer.Forward(x.narrow(0, i, 1)).allclose(together.narrow(0, i, 1), rtol: 1e-4, atol: 1e-4));
        }
    }

    [Fact]
    public void Gradients_flow_as_through_the_plain_operator()
    {
        using var scope = NewDisposeScope();
        var (weight, x) = (randn(20, 12, 3, 3), randn(2, 5, 5, 12));
        using var layer = new ConvolutionNorm(weight.clone(), Statistics(20), stride: 2, new ComputeOptions { Trainable = true });
        layer.Forward(x).sum().backward();

        var plain = weight.clone().requires_grad_(true);
        (nn.functional.conv2d(x.permute(0, 3, 1, 2).contiguous(), plain, null, [2, 2], [1, 1]) / MathF.Sqrt(1 + 1e-5f)).sum().backward();
        Assert.True(layer.Kernel.grad!.allclose(plain.grad!, rtol: 1e-4, atol: 1e-3));
    }

    [Fact]
    public async Task Nothing_is_said_on_standard_error()
    {
        var run = await HostProgram.Run(["train-convolutions"]);
        Assert.Equal((0, "trained", ""), (run.ExitCode, run.Output.Trim(), run.Error));
    }

    private static IEnumerable<(int, int, int, int)> Layers(int width) =>
    [
        (3, width / 2, 3, 2), (width / 2, width / 2, 3, 1), (width / 2, width, 3, 1), // the stem
        (width, width, 1, 1), (width, width, 3, 1), (width, 4 * width, 1, 1),         // a block
    ];

    /// <summary>What changes nothing but by the epsilon.</summary>
    private static BatchStatistics Statistics(int channels) => new(ones(channels), zeros(channels), zeros(channels), full([channels], 1 - 1e-5f));

    private static BatchStatistics Copy(BatchStatistics from) => new(from.Weight.clone(), from.Bias.clone(), from.Mean.clone(), from.Variance.clone());

    private static void AssertClose(double[] expected, Tensor actual, int terms)
    {
        var found = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, found.Length);
        var worst = expected.Zip(found, (e, f) => Math.Abs(e - f)).Max();
        Assert.True(worst <= 2e-6 * terms, $"{LoadTorch.Kernels}: differs by {worst}");
    }
}
