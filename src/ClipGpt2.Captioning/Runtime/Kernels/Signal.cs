using System.Diagnostics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// A count that any thread raises and one thread waits for: it watches the count a little while, then sleeps. Watching answers within a fraction of
/// a microsecond; sleeping leaves the core to whoever needs it, on a busy machine often the very thread that is waited for.
/// </summary>
internal sealed class Signal
{
    // About a microsecond from one to the next.
    private const int LooksForEachGlanceAtTheClock = 8;
    private const int SpinsBetweenLooks = 8;

    private readonly object _gate = new();
    private int _count;
    private int _asleep;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Raises the count, and wakes the thread that waits for it if it sleeps.</summary>
    public void Raise()
    {
        // The waiting thread says that it sleeps and then looks at the count: one of the two sees the other.
        Interlocked.Increment(ref _count);
        if (Volatile.Read(ref _asleep) != 0)
        {
            lock (_gate)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Returns as soon as the count is another one than <paramref name="seen"/>.</summary>
    /// <param name="seen">The count that the caller knows.</param>
    /// <param name="watching">How long to watch before sleeping.</param>
    /// <param name="sleeping">How long to sleep at most; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <returns>False if the count is still the same after that.</returns>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it slept.</exception>
    public bool Await(int seen, TimeSpan watching, TimeSpan sleeping) => Watch(seen, watching) || Sleep(seen, sleeping);

    private bool Watch(int seen, TimeSpan longest)
    {
        var begin = Stopwatch.GetTimestamp();
        do
        {
            for (var look = 0; look < LooksForEachGlanceAtTheClock; look++)
            {
                if (Count != seen)
                {
                    return true;
                }

                Thread.SpinWait(SpinsBetweenLooks);
            }
        }
        while (Stopwatch.GetElapsedTime(begin) < longest);
        return false;
    }

    private bool Sleep(int seen, TimeSpan longest)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _asleep, 1);
            try
            {
                while (Count == seen)
                {
                    if (!Monitor.Wait(_gate, longest))
                    {
                        return Count != seen;
                    }
                }

                return true;
            }
            finally
            {
                Volatile.Write(ref _asleep, 0);
            }
        }
    }
}
