using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>From a 640 x 480 JPEG to CLIP's pixels, on one core; the time is a picture's.</summary>
public class PreprocessingSuite : WorkloadSuite
{
    /// <summary>What libjpeg-turbo alone takes.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = PreprocessingFamily.Pictures)]
    public void DecodingAlone() => Yardstick.Run();

    /// <summary>Decoding, resizing, cropping and normalising.</summary>
    [Benchmark(OperationsPerInvoke = PreprocessingFamily.Pictures)]
    public void Preprocessing() => Ours(0).Run();

    private protected override Workload Create(FullSizeModels models) => new PreprocessingFamily().Preprocessing();
}
