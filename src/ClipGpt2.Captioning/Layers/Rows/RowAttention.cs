using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Attention of many rows, shared out among the kernels' threads.</summary>
internal sealed unsafe class RowAttention : IDisposable
{
    private readonly TreeCache _cache;
    private readonly TreeAttention[] _workers; // each with memory of its own
    private GCHandle _self; // what the threads are handed
    private Job _job;
    private ReadOnlyMemory<int> _sequences;
    private ReadOnlyMemory<int> _lengths;

    public RowAttention(int heads, int hidden, TreeCache cache)
    {
        _cache = cache;
        _workers = [.. Enumerable.Range(0, Math.Max(1, torch.get_num_threads())).Select(_ => new TreeAttention(heads, hidden))];
        // Weak, so that a session that nobody disposed can still be collected.
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
    }

    /// <summary>Lets each row look along its path.</summary>
    /// <param name="job">What to compute.</param>
    /// <param name="sequences">The sequence of each row.</param>
    /// <param name="lengths">How much of its sequence's path each row sees.</param>
    /// <param name="inParallel">Whether the threads are free.</param>
    public void Run(Job job, ReadOnlyMemory<int> sequences, ReadOnlyMemory<int> lengths, bool inParallel)
    {
        (_job, _sequences, _lengths) = (job, sequences, lengths);
        if (inParallel && sequences.Length > 1)
        {
            WorkerTeam.Run(&RunPart, (void*)GCHandle.ToIntPtr(_self));
        }
        else
        {
            RunPart(0, 1);
        }
    }

    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }

        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private static void RunPart(void* self, int part, int parts) => ((RowAttention)GCHandle.FromIntPtr((nint)self).Target!).RunPart(part, parts);

    private void RunPart(int part, int parts)
    {
        for (var worker = part; worker < _workers.Length; worker += parts)
        {
            var end = Rows * (worker + 1) / _workers.Length;
            for (var row = Rows * worker / _workers.Length; row < end; row++)
            {
                var path = _cache.Path(_sequences.Span[row])[.._lengths.Span[row]];
                _workers[worker].Attend(_cache, path, row, _job);
            }
        }
    }

    private int Rows => _sequences.Length;

    /// <summary>One block's attention.</summary>
    /// <param name="Layer">The block.</param>
    /// <param name="Queries">[rows, at least H].</param>
    /// <param name="Scale">What query-key products are multiplied by.</param>
    /// <param name="Output">[rows, H].</param>
    internal readonly record struct Job(int Layer, RowView Queries, float Scale, RowView Output);
}
