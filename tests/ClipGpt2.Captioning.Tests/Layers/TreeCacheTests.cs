using ClipGpt2.Captioning.Layers.Rows;

namespace ClipGpt2.Captioning.Tests.Layers;

public sealed unsafe class TreeCacheTests
{
    private const int Layers = 2;
    private const int Hidden = 4;

    [Fact]
    public void Branches_share_their_history_and_grow_apart()
    {
        using var cache = new TreeCache(Layers, Hidden);
        cache.Start(rows: 1, capacity: 4);
        Grow(cache, [0]);
        cache.Branch([0, 0, 0]);
        Grow(cache, [0, 1, 2]);
        Assert.Equal(3, cache.Rows);
        Assert.Equal([0, 1], cache.Path(0));
        Assert.Equal([0, 2], cache.Path(1));
        Assert.Equal([0, 3], cache.Path(2));

        cache.Branch([2, 0]);
        Grow(cache, [1]);
        Assert.Equal([0, 3], cache.Path(0));
        Assert.Equal([0, 1, 4], cache.Path(1));
    }

    [Fact]
    public void A_sequence_keeps_the_one_that_it_grew_from()
    {
        using var cache = new TreeCache(Layers, Hidden);
        cache.Start(rows: 3, capacity: 4);
        Assert.Equal([0, 1, 2], cache.Roots);
        cache.Branch([2, 0, 2, 0]);
        cache.Branch([3, 0]);
        Assert.Equal([0, 2], cache.Roots);
    }

    [Fact]
    public void What_was_written_stays_where_it_is()
    {
        using var cache = new TreeCache(Layers, Hidden);
        cache.Start(rows: 2, capacity: 40);
        var addresses = new List<nint>();
        for (var step = 0; step < 40; step++)
        {
            foreach (var position in Grow(cache, [0, 1]))
            {
                for (var layer = 0; layer < Layers; layer++)
                {
                    var at = cache.KeysAndValues(position, layer);
                    new Span<float>(at, 2 * Hidden).Fill((position * Layers) + layer);
                    addresses.Add((nint)at);
                }
            }

            cache.Branch([1, 0]);
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            Assert.Equal(addresses[i], (nint)cache.KeysAndValues(i / Layers, i % Layers));
            Assert.All(new Span<float>((float*)addresses[i], 2 * Hidden).ToArray(), value => Assert.Equal(i, value));
        }
    }

    [Fact]
    public void A_sequence_does_not_grow_beyond_what_it_was_started_for()
    {
        using var cache = new TreeCache(Layers, Hidden);
        cache.Start(rows: 1, capacity: 2);
        Grow(cache, [0]);
        Grow(cache, [0]);
        Assert.Contains("2", Assert.Throws<CaptioningException>(() => Grow(cache, [0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_sequences_may_end()
    {
        using var cache = new TreeCache(Layers, Hidden);
        cache.Start(rows: 2, capacity: 2);
        cache.Branch([]);
        Assert.Equal(0, cache.Rows);
    }

    private static int[] Grow(TreeCache cache, int[] rows)
    {
        var first = cache.Allocate(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            cache.Append(rows[i], first + i);
        }

        return [.. Enumerable.Range(first, rows.Length)];
    }
}
