using System.Runtime.ExceptionServices;
using TorchSharp;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The threads that share the managed kernels' work: as many as libtorch uses, the caller's own among them.</summary>
/// <remarks>
/// One caller has a team at a time; another that comes meanwhile, or from inside of a part, does its work alone, with the same result. libtorch
/// keeps its number of threads by thread, so callers may differ in it: each number has a team of its own. A team that nobody has called for a
/// second ends, so that none outlives a change of the number; the threads don't keep a process alive.
/// </remarks>
internal sealed unsafe class WorkerTeam
{
    private const int Free = 0;
    private const int Busy = 1;
    private const int Ended = 2;

    private const int Away = 0;
    private const int Offered = 1;
    private const int Inside = 2;

    // Work is taken in portions, so that all threads end about at once, unless one has no core; then the caller's is what it needs.
    private const int ShareOfJoining = 8;

    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, WorkerTeam> Teams = [];
    private static WorkerTeam? _latest;

    private readonly Signal[] _begin;
    private readonly Signal _done = new();
    private readonly int _parts;

    // Where each part's thread is: away, offered the part, or inside of it.
    private readonly int[] _places;
    private int _state;
    private delegate*<void*, int, int, void> _work;
    private void* _context;
    private ExceptionDispatchInfo? _failure;

    private WorkerTeam(int parts)
    {
        _parts = parts;
        _places = new int[parts];
        _begin = [.. Enumerable.Range(1, parts - 1).Select(_ => new Signal())];
        try
        {
            for (var part = 1; part < parts; part++)
            {
                var own = part;
                new Thread(() => Serve(own)) { IsBackground = true, Name = $"ClipGpt2 kernel {own} of {parts}" }.Start();
            }
        }
        catch
        {
            // The system gives no more threads: those that it gave don't stay.
            End();
            throw;
        }
    }

    /// <summary>Calls <paramref name="work"/>(context, part, parts) for every part and returns when all are done, also if one fails.</summary>
    /// <remarks>The first exception of any part is thrown on, once no part runs any more.</remarks>
    public static void Run(delegate*<void*, int, int, void> work, void* context)
    {
        var parts = torch.get_num_threads();
        if (parts <= 1 || !Of(parts).TryRun(work, context))
        {
            work(context, 0, 1);
        }
    }

    private static WorkerTeam Of(int parts)
    {
        var team = Volatile.Read(ref _latest);
        return team is not null && team._parts == parts && !team.HasEnded ? team : Find(parts);
    }

    private static WorkerTeam Find(int parts)
    {
        lock (Gate)
        {
            if (!Teams.TryGetValue(parts, out var team) || team.HasEnded)
            {
                Teams[parts] = team = new WorkerTeam(parts);
            }

            Volatile.Write(ref _latest, team);
            return team;
        }
    }

    private static TimeSpan Watching => TorchRuntime.Waiting?.ManagedWatching ?? TimeSpan.Zero;

    private bool HasEnded => Volatile.Read(ref _state) == Ended;

    private bool TryRun(delegate*<void*, int, int, void> work, void* context)
    {
        if (Interlocked.CompareExchange(ref _state, Busy, Free) != Free)
        {
            return false;
        }

        _work = work;
        _context = context;
        _failure = null;
        for (var part = 1; part < _parts; part++)
        {
            Volatile.Write(ref _places[part], Offered);
            _begin[part - 1].Raise();
        }

        RunPart(0);
        for (var part = 1; part < _parts; part++)
        {
            // A thread that hasn't begun may have no core for long: its part is the caller's.
            if (Interlocked.CompareExchange(ref _places[part], Away, Offered) == Offered)
            {
                RunPart(part);
            }
        }

        Join();
        var failure = _failure;
        Volatile.Write(ref _state, Free);
        failure?.Throw();
        return true;
    }

    private void RunPart(int part)
    {
        try
        {
            _work(_context, part, _parts);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    /// <summary>Waits for the other threads that are at work, come what may: they work in the caller's memory.</summary>
    private void Join()
    {
        var interrupted = false;
        for (var part = 1; part < _parts;)
        {
            var seen = _done.Count;
            if (Volatile.Read(ref _places[part]) == Away)
            {
                part++;
                continue;
            }

            try
            {
                _done.Await(seen, Watching / ShareOfJoining, Timeout.InfiniteTimeSpan);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    private void Serve(int part)
    {
        var begin = _begin[part - 1];
        for (var seen = 0; ; seen++)
        {
            while (!begin.Await(seen, Watching, LongestIdle))
            {
                if (Interlocked.CompareExchange(ref _state, Ended, Free) == Free)
                {
                    End();
                }
            }

            if (HasEnded)
            {
                return;
            }

            // Whoever comes late finds no part, or that of another call.
            if (Interlocked.CompareExchange(ref _places[part], Inside, Offered) == Offered)
            {
                RunPart(part);
                Volatile.Write(ref _places[part], Away);
                _done.Raise();
            }
        }
    }

    private void End()
    {
        Volatile.Write(ref _state, Ended);
        foreach (var begin in _begin)
        {
            begin.Raise();
        }
    }
}
