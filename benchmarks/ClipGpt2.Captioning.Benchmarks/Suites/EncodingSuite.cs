using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>ViT-B/32 over a batch of preprocessed pictures.</summary>
public class EncodingSuite : WorkloadSuite
{
    /// <summary>The pictures of a batch.</summary>
    [Params(1, 8, 32)]
    public int Images { get; set; }

    /// <summary>The peer, in float32.</summary>
    [Benchmark(Baseline = true)]
    public void OnnxRuntime() => Peer.Run();

    /// <summary>Ours, equal to the reference.</summary>
    [Benchmark]
    public void Float32() => Ours(0).Run();

    /// <summary>Ours with bfloat16 products.</summary>
    [Benchmark]
    public void BFloat16() => Ours(1).Run();

    private protected override Workload Create(FullSizeModels models) => new EncodingFamily(models).Encode(Images);
}
