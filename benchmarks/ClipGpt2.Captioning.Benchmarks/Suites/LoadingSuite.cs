using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>Loading GPT-2 small from its safetensors file, which lies in the page cache.</summary>
public class LoadingSuite : WorkloadSuite
{
    private Contender? _running;

    /// <summary>Frees the model.</summary>
    [IterationCleanup(Targets = [nameof(Float32), nameof(BFloat16)])]
    public void Finish() => _running!.Finish!();

    /// <summary>Reading the file into fresh memory, and nothing else.</summary>
    [Benchmark(Baseline = true)]
    public void ReadingTheFile() => Yardstick.Run();

    /// <summary>Weights as the file has them.</summary>
    [Benchmark]
    public void Float32() => Run(Ours(0));

    /// <summary>Weights in bfloat16.</summary>
    [Benchmark]
    public void BFloat16() => Run(Ours(1));

    private protected override Workload Create(FullSizeModels models) => new LoadingFamily(models).Load();

    private void Run(Contender contender)
    {
        _running = contender;
        contender.Run();
    }
}
