using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>How fast all threads together read memory that no cache holds.</summary>
internal sealed unsafe class MemoryProbe : IDisposable
{
    private const int Bytes = 1 << 30;
    private const nuint Alignment = 2 << 20;

    // Some memory controllers like one long stream a core, others several.
    private static readonly int[] StreamCounts = [1, 2, 4];

    private readonly byte* _buffer;
    private readonly int _streams;

    public MemoryProbe()
    {
        _buffer = (byte*)NativeMemory.AlignedAlloc(Bytes, Alignment);
        HugePages.Advise(_buffer, Bytes);
        new Span<byte>(_buffer, Bytes).Fill(1);
        _streams = StreamCounts.MaxBy(streams => Enumerable.Range(0, 3).Max(_ => Rate(streams)));
    }

    /// <summary>Bytes a second, now.</summary>
    public double Measure() => Rate(_streams);

    public void Dispose() => NativeMemory.AlignedFree(_buffer);

    private double Rate(int streams)
    {
        var job = new Job { Buffer = _buffer, Streams = streams };
        var begin = Stopwatch.GetTimestamp();
        WorkerTeam.Run(&ReadPart, &job);
        return Bytes / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static void ReadPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var length = (long)Bytes / parts / job->Streams / 512 * 512;
        var begin = job->Buffer + (part * length * job->Streams);
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
        public byte* Buffer;
        public int Streams;
        public ulong Seen;
    }
}
