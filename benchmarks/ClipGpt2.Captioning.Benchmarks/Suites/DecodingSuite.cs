using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>Steps of GPT-2 small; the time is a step's.</summary>
public class DecodingSuite : WorkloadSuite
{
    private Contender? _running;

    /// <summary>The sequences that are continued at once.</summary>
    [Params(1, 5, 40)]
    public int Rows { get; set; }

    /// <summary>Reads the prefixes for the peer.</summary>
    [IterationSetup(Target = nameof(OnnxRuntime))]
    public void PreparePeer() => Prepare(Peer);

    /// <summary>Reads the prefixes in float32.</summary>
    [IterationSetup(Target = nameof(Float32))]
    public void PrepareFloat32() => Prepare(Ours(0));

    /// <summary>Reads the prefixes in bfloat16.</summary>
    [IterationSetup(Target = nameof(BFloat16))]
    public void PrepareBFloat16() => Prepare(Ours(1));

    /// <summary>Reads the prefixes with 8-bit weights.</summary>
    [IterationSetup(Target = nameof(Int8Weights))]
    public void PrepareInt8Weights() => Prepare(Ours(2));

    /// <summary>Frees the caches.</summary>
    [IterationCleanup]
    public void Finish() => _running!.Finish!();

    /// <summary>The peer, in float32.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = DecodingFamily.Steps)]
    public void OnnxRuntime() => _running!.Run();

    /// <summary>Ours, equal to the reference.</summary>
    [Benchmark(OperationsPerInvoke = DecodingFamily.Steps)]
    public void Float32() => _running!.Run();

    /// <summary>Ours with bfloat16 weights.</summary>
    [Benchmark(OperationsPerInvoke = DecodingFamily.Steps)]
    public void BFloat16() => _running!.Run();

    /// <summary>Ours with 8-bit weights.</summary>
    [Benchmark(OperationsPerInvoke = DecodingFamily.Steps)]
    public void Int8Weights() => _running!.Run();

    private protected override Workload Create(FullSizeModels models) => new DecodingFamily(models).Step(Rows);

    private void Prepare(Contender contender)
    {
        _running = contender;
        contender.Prepare!();
    }
}
