using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>How fast all threads together read memory that no cache holds, by the way of reading that does it best.</summary>
internal sealed unsafe class MemoryProbe : IDisposable
{
    private const int Bytes = 1 << 30;
    private const int Attempts = 3;

    private readonly Tensor _memory = ones(Bytes / sizeof(float));
    private readonly Action _best;

    public MemoryProbe()
    {
        HugePages.Move(Address, Bytes);

        // Some memory controllers like one long stream a core, others several; libtorch's sum reads in a pattern of its own.
        Action[] ways = [() => Read(streams: 1), () => Read(streams: 2), () => Read(streams: 4), () => _memory.sum().Dispose()];
        _best = ways.MaxBy(way => Enumerable.Range(0, Attempts).Max(_ => Rate(way)))!;
    }

    private byte* Address => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_memory.bytes));

    /// <summary>Bytes a second, now.</summary>
    public double Measure() => Rate(_best);

    public void Dispose() => _memory.Dispose();

    private static double Rate(Action read)
    {
        var begin = Stopwatch.GetTimestamp();
        read();
        return Bytes / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private void Read(int streams)
    {
        var job = new Job { Memory = Address, Streams = streams };
        WorkerTeam.Run(&ReadPart, &job);
    }

    private static void ReadPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var length = (long)Bytes / parts / job->Streams / 256 * 256;
        var begin = job->Memory + (part * length * job->Streams);
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (long offset = 0; offset < length; offset += 256)
        {
            for (var stream = 0; stream < job->Streams; stream++)
            {
                var p = (ulong*)(begin + (stream * length) + offset);
                a |= Vector512.Load(p);
                b |= Vector512.Load(p + 8);
                c |= Vector512.Load(p + 16);
                d |= Vector512.Load(p + 24);
            }
        }

        // What was read must be used, or the compiler drops the loop.
        Interlocked.Or(ref job->Seen, (a | b | c | d).ToScalar());
    }

    private struct Job
    {
        public byte* Memory;
        public int Streams;
        public ulong Seen;
    }
}
