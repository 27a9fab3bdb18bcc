using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>The standard caption metrics over a growing number of images of five references each.</summary>
[MemoryDiagnoser]
public class MetricsSuite : WorkloadSuite
{
    /// <summary>The images.</summary>
    [Params(1_000, 5_000, 40_000)]
    public int Images { get; set; }

    /// <summary>Tokenization, BLEU, METEOR, ROUGE-L and CIDEr.</summary>
    [Benchmark]
    public void StandardSet() => Ours(0).Run();

    private protected override Workload Create(FullSizeModels models) => new MetricsFamily().StandardSet(Images);
}
