using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>Adam's step on the weights that the reference program trains.</summary>
public class OptimizerSuite : WorkloadSuite
{
    /// <summary>libtorch's operators, as TorchSharp's optimizer calls them.</summary>
    [Benchmark(Baseline = true)]
    public void TorchOptimAdam() => Peer.Run();

    /// <summary>Ours, in one pass over the memory.</summary>
    [Benchmark]
    public void Adam() => Ours(0).Run();

    private protected override Workload Create(FullSizeModels models) => OptimizerFamily.Adam();
}
