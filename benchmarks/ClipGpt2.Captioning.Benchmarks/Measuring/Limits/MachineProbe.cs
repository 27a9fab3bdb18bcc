using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>Measures the machine's limits again and again, beside the workloads: a shared machine isn't equally fast all day.</summary>
internal sealed class MachineProbe : IDisposable
{
    private readonly GemmProbe _float32 = GemmProbe.Float32();

    // Without the processor's help one such product takes minutes, and nobody would compute in bfloat16.
    private readonly GemmProbe? _bfloat16 = OneDnn.HasBFloat16 ? GemmProbe.BFloat16() : null;

    private readonly MemoryProbe _memory = new();

    /// <summary>What each library reached, for the head of a report.</summary>
    public string Description =>
        $"GEMM in GFLOP/s: float32 {_float32.Libraries}; bfloat16 {_bfloat16?.Libraries ?? "none"}. Memory read: {_memory.Measure() / 1e9:F0} GB/s";

    public MachineRates Measure()
    {
        var float32 = _float32.Measure();
        return new MachineRates(float32, Math.Max(float32, _bfloat16?.Measure() ?? 0), _memory.Measure());
    }

    public void Dispose()
    {
        _float32.Dispose();
        _bfloat16?.Dispose();
        _memory.Dispose();
    }
}
