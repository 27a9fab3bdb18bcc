using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>Small layers of every kind that models are made of. They choose how they compute, and prove it, when they are made and first used.</summary>
internal static class LayerProbe
{
    // Whole blocks, which the layouts that are packed here need.
    private const int Outputs = 192;
    private const int Inputs = 80;

    // The rows of a decoding step, of its beams, of a picture, and of many.
    private static readonly int[] RowCounts = [1, 5, 50, 500];

    private static readonly int[] Pictures = [1, 10];

    public static IReadOnlyList<(string Kind, Action<ComputeOptions> Run)> Kinds { get; } =
    [
        ("linear layers stored as [out, in]", compute => Multiply(compute, inputRows: false)),
        ("linear layers stored as [in, out]", compute => Multiply(compute, inputRows: true)),
        ("convolutions", Convolve),
        ("attention", Attend),
    ];

    private static void Multiply(ComputeOptions compute, bool inputRows)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var layer = new Linear(inputRows ? randn(Inputs, Outputs) : randn(Outputs, Inputs), randn(Outputs), compute, inputRows);
        foreach (var rows in RowCounts)
        {
            var x = randn(rows, Inputs).to(layer.ActivationType, compute.TorchDevice);
            layer.ForwardAdd(x, residual: layer.Forward(x));
            foreach (var activation in Enum.GetValues<Activation>())
            {
                layer.Forward(x, activation);
            }
        }
    }

    private static void Convolve(ComputeOptions compute)
    {
        const int Channels = 24;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var norm = new BatchStatistics(ones(Channels), zeros(Channels), zeros(Channels), ones(Channels));
        using var layer = new ConvolutionNorm(randn(Channels, Channels, 3, 3), norm, stride: 2, compute);
        layer.ForwardRelu(randn(1, 14, 14, Channels).to(compute.HiddenType(), compute.TorchDevice));
    }

    private static void Attend(ComputeOptions compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var pictures in Pictures)
        {
            var x = randn(pictures, 2, 50, 16).to(compute.ProductType(), compute.TorchDevice);
            ScaledAttention.Attend(x, x, x, causal: true);
        }
    }
}
