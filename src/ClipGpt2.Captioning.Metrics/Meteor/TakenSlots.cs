using System.Numerics;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Which slots of a candidate each path of the search can't use any more, with counts and sums of places over any stretch of them.</summary>
/// <remarks>A path has a row: one bit for each slot, and a Fenwick tree over blocks of 64 slots.</remarks>
internal sealed class TakenSlots
{
    private const int BlockBits = 6;
    private const int BlockMask = (1 << BlockBits) - 1;

    private TestTerms _terms = null!;
    private int _blocks;
    private ulong[] _bits = [];
    private (int Count, long Places)[] _trees = [];

    /// <summary>Makes room for some paths; the first row is empty.</summary>
    public void Start(TestTerms terms, int rows)
    {
        _terms = terms;
        _blocks = Math.Max(1, (terms.SlotCount + BlockMask) >> BlockBits);
        if (_bits.Length < _blocks * rows)
        {
            _bits = new ulong[_blocks * rows];
            _trees = new (int, long)[_blocks * rows];
        }

        Bits(0).Clear();
        Tree(0).Clear();
    }

    public void Copy(int from, int to)
    {
        Bits(from).CopyTo(Bits(to));
        Tree(from).CopyTo(Tree(to));
    }

    /// <summary>Takes all slots that a word of the candidate is part of.</summary>
    public void TakeWord(int row, int place)
    {
        foreach (var slot in _terms.SlotsOver(place))
        {
            ref var bits = ref Bits(row)[slot >> BlockBits];
            var bit = 1UL << (slot & BlockMask);
            if ((bits & bit) == 0)
            {
                bits |= bit;
                AddToTree(Tree(row), slot >> BlockBits, _terms.Places[slot]);
            }
        }
    }

    /// <summary>The first free slot of some, or their end.</summary>
    public int FirstFree(int row, int from, int to)
    {
        if (from >= to)
        {
            return to;
        }

        var bits = Bits(row);
        var block = from >> BlockBits;
        var free = ~bits[block] & (ulong.MaxValue << (from & BlockMask));
        if (free == 0)
        {
            var next = bits[(block + 1)..].IndexOfAnyExcept(ulong.MaxValue);
            if (next < 0)
            {
                return to;
            }

            block += 1 + next;
            free = ~bits[block];
        }

        return Math.Min(to, (block << BlockBits) + BitOperations.TrailingZeroCount(free));
    }

    /// <summary>How many of some slots are free, and the sum of their places.</summary>
    public (int Count, long Places) Free(int row, int from, int to)
    {
        if (from >= to)
        {
            return (0, 0);
        }

        var (countTo, placesTo) = TakenBefore(row, to);
        var (countFrom, placesFrom) = TakenBefore(row, from);
        return (to - from - (countTo - countFrom), _terms.SumOfPlaces(from, to) - (placesTo - placesFrom));
    }

    private (int Count, long Places) TakenBefore(int row, int slot)
    {
        var (count, places) = (0, 0L);
        var tree = Tree(row);
        var block = slot >> BlockBits;
        for (var node = block; node > 0; node &= node - 1)
        {
            count += tree[node - 1].Count;
            places += tree[node - 1].Places;
        }

        if ((slot & BlockMask) > 0)
        {
            var slots = _terms.Places;
            for (var taken = Bits(row)[block] & ((1UL << (slot & BlockMask)) - 1); taken != 0; taken &= taken - 1)
            {
                count++;
                places += slots[(block << BlockBits) + BitOperations.TrailingZeroCount(taken)];
            }
        }

        return (count, places);
    }

    private static void AddToTree(Span<(int Count, long Places)> tree, int block, int place)
    {
        for (var node = block + 1; node <= tree.Length; node += node & -node)
        {
            tree[node - 1].Count++;
            tree[node - 1].Places += place;
        }
    }

    private Span<ulong> Bits(int row) => _bits.AsSpan(row * _blocks, _blocks);

    private Span<(int Count, long Places)> Tree(int row) => _trees.AsSpan(row * _blocks, _blocks);
}
