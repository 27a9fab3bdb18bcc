using System.Collections.Concurrent;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>Runs the same work for each of many images or captions on all processors, in pieces worth the trouble.</summary>
internal static class Batches
{
    private const int Size = 512;

    public static void For(int count, Action<int> body, CancellationToken token = default) =>
        For(count, () => 0, (i, _) => body(i), token);

    /// <summary>As <see cref="For(int, Action{int}, CancellationToken)"/>, with room to work in that each piece has for itself.</summary>
    public static void For<TRoom>(int count, Func<TRoom> room, Action<int, TRoom> body, CancellationToken token = default)
    {
        if (count <= Size)
        {
            token.ThrowIfCancellationRequested();
            Run(0, count, room, body);
            return;
        }

        Parallel.ForEach(Partitioner.Create(0, count, Size), new ParallelOptions { CancellationToken = token }, range => Run(range.Item1, range.Item2, room, body));
    }

    private static void Run<TRoom>(int start, int end, Func<TRoom> room, Action<int, TRoom> body)
    {
        var own = room();
        for (var i = start; i < end; i++)
        {
            body(i, own);
        }
    }
}
