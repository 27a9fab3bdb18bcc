using System.Globalization;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>Captions and training samples a second in each number format, beside the device's rate of a large matrix product.</summary>
internal static class SpeedRun
{
    private static readonly Precision[] OnGpu = [Precision.Float32, Precision.BFloat16, Precision.Float16];
    private static readonly Precision[] OnCpu = [Precision.Float32];
    private static readonly Precision[] Training = [Precision.Float32, Precision.BFloat16];

    public static void Run(string device)
    {
        var formats = device == "cpu" ? OnCpu : OnGpu;
        var clock = new DeviceClock(device);
        Console.Out.WriteLine("format     GEMM TFLOP/s   captions/s (of GEMM)   samples/s (of GEMM)");
        foreach (var format in formats)
        {
            var compute = new ComputeOptions { Device = device, Precision = format };
            var peak = clock.GemmPeak(compute);
            var captions = CaptionRate.Measure(clock, compute);
            var samples = Training.Contains(format) ? TrainingRate.Measure(clock, compute) : (double?)null;
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{format,-10} {peak / 1e12,12:F2}   {Share(captions, CaptionRate.FlopsPerCaption, peak),20}   {(samples is { } rate ? Share(rate, TrainingRate.FlopsPerSample, peak) : "inference only"),19}"));
        }
    }

    private static string Share(double rate, double flops, double peak) => string.Create(CultureInfo.InvariantCulture, $"{rate:F1} ({rate * flops / peak:P1})");
}
