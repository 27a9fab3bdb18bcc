using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>From preprocessed pictures to token ids: encoder, projector, and beam search with 5 beams over 20 tokens.</summary>
public class CaptionSuite : WorkloadSuite
{
    /// <summary>The pictures captioned at once.</summary>
    [Params(1, 8)]
    public int Images { get; set; }

    /// <summary>The peer, in float32.</summary>
    [Benchmark(Baseline = true)]
    public void OnnxRuntime() => Peer.Run();

    /// <summary>Ours, with the peer's ids.</summary>
    [Benchmark]
    public void Float32() => Ours(0).Run();

    /// <summary>Ours with bfloat16 weights.</summary>
    [Benchmark]
    public void BFloat16() => Ours(1).Run();

    private protected override Workload Create(FullSizeModels models) => new CaptionFamily(models).Caption(Images);
}
