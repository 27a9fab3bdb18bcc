using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Convolutions forward and backward on one thread: small maps and large, one and several, kernels of one place and of nine.</summary>
internal static class TrainConvolutions
{
    public static void Run()
    {
        TorchRuntime.Configure(threads: 1);
        foreach (var (channels, kernel, stride) in new[] { (16, 1, 1), (12, 3, 1), (64, 3, 2) })
        {
            foreach (var (count, side) in new[] { (1, 7), (2, 7), (1, 40), (3, 40) })
            {
                using var scope = NewDisposeScope();
                var statistics = new BatchStatistics(ones(channels), zeros(channels), zeros(channels), ones(channels));
                using var layer = new ConvolutionNorm(randn(channels, channels, kernel, kernel), statistics, stride, new ComputeOptions { Trainable = true });
                layer.Forward(randn(count, side, side, channels).requires_grad_(true)).sum().backward();
            }
        }

        Console.WriteLine("trained");
    }
}
