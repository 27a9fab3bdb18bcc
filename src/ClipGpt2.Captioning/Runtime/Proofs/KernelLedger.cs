using System.Diagnostics;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>What this process computes with, and what the proofs of that took: facts about the machine, and so one ledger for the process.</summary>
internal static class KernelLedger
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Layer, string Format, string Path, bool IsFallback), Entry> Entries = [];
    private static long _ticks;
    private static volatile bool _hasUnlogged;

    /// <summary>The time that all proofs took so far.</summary>
    public static TimeSpan ProofTime => TimeSpan.FromSeconds((double)Interlocked.Read(ref _ticks) / Stopwatch.Frequency);

    /// <summary>All choices so far, in the order in which they were made.</summary>
    public static IReadOnlyList<KernelChoice> Choices
    {
        get
        {
            lock (Gate)
            {
                return [.. Entries.Values.Select(entry => entry.Choice)];
            }
        }
    }

    /// <summary>Writes a choice down; of equal combinations the first stays.</summary>
    public static void Add(KernelChoice choice)
    {
        lock (Gate)
        {
            _hasUnlogged |= Entries.TryAdd((choice.Layer, choice.Format, choice.Path, choice.IsFallback), new Entry { Choice = choice });
        }
    }

    /// <summary>The choices that no log has yet, once.</summary>
    public static IReadOnlyList<KernelChoice> TakeUnlogged()
    {
        if (!_hasUnlogged)
        {
            return [];
        }

        lock (Gate)
        {
            _hasUnlogged = false;
            var unlogged = Entries.Values.Where(entry => !entry.IsLogged).ToList();
            unlogged.ForEach(entry => entry.IsLogged = true);
            return [.. unlogged.Select(entry => entry.Choice)];
        }
    }

    /// <summary>Runs a proof and counts its time.</summary>
    public static T Timed<T>(Func<T> proof)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            return proof();
        }
        finally
        {
            Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        }
    }

    private sealed class Entry
    {
        public required KernelChoice Choice { get; init; }

        public bool IsLogged { get; set; }
    }
}
