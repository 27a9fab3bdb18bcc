using System.Diagnostics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>Times work on a device, which a GPU does while the program is already further on.</summary>
internal sealed class DeviceClock(string device)
{
    private const double LeastSeconds = 3;
    private const int GpuSize = 8192;
    private const int CpuSize = 1024;

    /// <summary>FLOP/s of a large matrix product.</summary>
    public double GemmPeak(ComputeOptions compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var size = device == "cpu" ? CpuSize : GpuSize;
        var (x, y) = (randn(size, size).to(compute.ProductType(), compute.TorchDevice), randn(size, size).to(compute.ProductType(), compute.TorchDevice));
        return 2.0 * size * size * size / Seconds(() => x.matmul(y).Dispose());
    }

    /// <summary>The seconds of one run: the mean of some, after one that warms up.</summary>
    public double Seconds(Action run)
    {
        run();
        Wait();
        var (start, runs) = (Stopwatch.GetTimestamp(), 0);
        do
        {
            run();
            Wait();
            runs++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < LeastSeconds);

        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }

    private void Wait()
    {
        if (device != "cpu")
        {
            cuda.synchronize();
        }
    }
}
