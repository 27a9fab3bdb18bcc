using System.Diagnostics;
using ClipGpt2.Captioning.Runtime.Kernels;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>How fast the machine is now, in about a second: what other programs take is missing from it.</summary>
/// <param name="Float32Gflops">The rate of a float32 matrix product, by the library that does it best.</param>
/// <param name="Bfloat16Gflops">The rate of a bfloat16 one; null where the processor has none.</param>
/// <param name="MemoryGigabytes">Gigabytes a second that all threads together read.</param>
internal sealed record RateFacts(double Float32Gflops, double? Bfloat16Gflops, double MemoryGigabytes)
{
    private const int Size = 1024;
    private const int MemoryBytes = 1 << 28;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(150);

    public static RateFacts Measure(CancellationToken token)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var float32 = Gemm(ScalarType.Float32, token);

        // Without the processor's help one such product takes minutes, and nobody would compute in bfloat16.
        var bfloat16 = OneDnn.HasBFloat16 ? Gemm(ScalarType.BFloat16, token) : (double?)null;
        var memory = ones(MemoryBytes / sizeof(float));
        return new(float32, bfloat16, MemoryBytes / Fastest(() => memory.sum().Dispose(), token) / 1e9);
    }

    private static double Gemm(ScalarType type, CancellationToken token)
    {
        var (x, weight) = (randn(Size, Size).to_type(type), randn(Size, Size).to_type(type));
        var seconds = Fastest(() => x.matmul(weight).Dispose(), token);
        if (OneDnn.IsAvailable)
        {
            var packed = OneDnn.Pack(weight);
            seconds = Math.Min(seconds, Fastest(() => OneDnn.Linear(x, packed, null).Dispose(), token));
        }

        return 2.0 * Size * Size * Size / seconds / 1e9;
    }

    /// <summary>The seconds of the fastest of some runs.</summary>
    private static double Fastest(Action run, CancellationToken token)
    {
        var (begin, fastest) = (Stopwatch.GetTimestamp(), TimeSpan.MaxValue);
        do
        {
            token.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            run();
            var elapsed = Stopwatch.GetElapsedTime(start);
            fastest = elapsed < fastest ? elapsed : fastest;
        }
        while (Stopwatch.GetElapsedTime(begin) < Longest);

        return fastest.TotalSeconds;
    }
}
