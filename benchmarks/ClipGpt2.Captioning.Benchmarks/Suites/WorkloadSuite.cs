using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>A suite over the sides of one workload, whose outputs must agree before anything is timed.</summary>
[Config(typeof(SuiteConfig))]
public abstract class WorkloadSuite : IDisposable
{
    private FullSizeModels? _models;
    private Workload? _workload;

    /// <summary>Loads what the workload needs.</summary>
    [GlobalSetup]
    public void Load()
    {
        TorchRuntime.Configure(threads: Machine.Threads);
        _models = new FullSizeModels();
        _workload = Create(_models);
        _workload.Begin();
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _workload?.End();
        _models?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Contender Peer => _workload!.Peer!.Programs[0];

    private protected Contender Yardstick => _workload!.Yardstick!;

    private protected Contender Ours(int index) => index < _workload!.Ours.Count
        ? _workload.Ours[index].Program
        : throw new NotSupportedException("This processor doesn't multiply bfloat16, which would take minutes.");

    private protected abstract Workload Create(FullSizeModels models);
}
