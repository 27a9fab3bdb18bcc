using TorchSharp;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// The threads that share the managed kernels' work: as many as libtorch uses. They look for work a little while before they sleep, since the
/// products of one decoding step follow each other within microseconds.
/// </summary>
/// <remarks>One caller has the team at a time; another that comes meanwhile does its work alone, with the same result.</remarks>
internal sealed unsafe class WorkerTeam
{
    // About 50 microseconds: longer than the pauses inside a decoding step, shorter than anyone would notice.
    private const int Spins = 2000;

    private static readonly Lock Gate = new();
    private static WorkerTeam? _current;

    private readonly Lock _busy = new();
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _sleeping;
    private readonly int _parts;
    private delegate*<void*, int, int, void> _work;
    private void* _context;
    private int _generation;
    private int _unfinished;

    private WorkerTeam(int parts)
    {
        _parts = parts;
        _wake = [.. Enumerable.Range(0, parts).Select(_ => new SemaphoreSlim(0))];
        _sleeping = new int[parts];
        for (var part = 1; part < parts; part++)
        {
            var own = part;
            new Thread(() => Serve(own)) { IsBackground = true, Name = $"ClipGpt2 kernel {own}" }.Start();
        }
    }

    /// <summary>Calls <paramref name="work"/>(context, part, parts) for every part and returns when all are done.</summary>
    public static void Run(delegate*<void*, int, int, void> work, void* context)
    {
        var parts = torch.get_num_threads();
        if (parts <= 1)
        {
            work(context, 0, 1);
            return;
        }

        var team = Of(parts);
        if (!team._busy.TryEnter())
        {
            work(context, 0, 1);
            return;
        }

        try
        {
            team.RunParts(work, context);
        }
        finally
        {
            team._busy.Exit();
        }
    }

    private static WorkerTeam Of(int parts)
    {
        var team = Volatile.Read(ref _current);
        if (team?._parts == parts)
        {
            return team;
        }

        lock (Gate)
        {
            return _current?._parts == parts ? _current : _current = new WorkerTeam(parts);
        }
    }

    private void RunParts(delegate*<void*, int, int, void> work, void* context)
    {
        _work = work;
        _context = context;
        Volatile.Write(ref _unfinished, _parts - 1);
        Interlocked.Increment(ref _generation);
        for (var part = 1; part < _parts; part++)
        {
            if (Interlocked.Exchange(ref _sleeping[part], 0) == 1)
            {
                _wake[part].Release();
            }
        }

        work(context, 0, _parts);
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _unfinished) != 0)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Serve(int part)
    {
        var seen = 0;
        while (true)
        {
            seen = AwaitWork(part, seen);
            _work(_context, part, _parts);
            Interlocked.Decrement(ref _unfinished);
        }
    }

    private int AwaitWork(int part, int seen)
    {
        for (var spin = 0; ; spin++)
        {
            var generation = Volatile.Read(ref _generation);
            if (generation != seen)
            {
                return generation;
            }

            if (spin < Spins)
            {
                Thread.SpinWait(8);
                continue;
            }

            // Says that it sleeps, then looks once more: a caller either sees the flag or was seen here.
            Interlocked.Exchange(ref _sleeping[part], 1);
            if (Volatile.Read(ref _generation) != seen && Interlocked.Exchange(ref _sleeping[part], 0) == 1)
            {
                continue;
            }

            _wake[part].Wait();
            spin = 0;
        }
    }
}
