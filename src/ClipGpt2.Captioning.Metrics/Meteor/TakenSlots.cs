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
    private Slots[] _trees = [];

    /// <summary>Makes room for some paths; the first row is empty.</summary>
    public void Start(TestTerms terms, int rows)
    {
        _terms = terms;
        _blocks = Math.Max(1, (terms.SlotCount + BlockMask) >> BlockBits);
        if (_bits.Length < _blocks * rows)
        {
            _bits = new ulong[_blocks * rows];
            _trees = new Slots[_blocks * rows];
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

    public bool IsFree(int row, int slot) => (Bits(row)[slot >> BlockBits] >> (slot & BlockMask) & 1) == 0;

    /// <summary>The free ones of some slots.</summary>
    public Slots Free(int row, int from, int to) => from >= to
        ? default
        : new Slots(to - from, _terms.SumOfPlaces(from, to)).Without(TakenBefore(row, to)).With(TakenBefore(row, from));

    private Slots TakenBefore(int row, int slot)
    {
        var taken = default(Slots);
        var tree = Tree(row);
        for (var node = slot >> BlockBits; node > 0; node &= node - 1)
        {
            taken = taken.With(tree[node - 1]);
        }

        if ((slot & BlockMask) > 0)
        {
            var places = _terms.Places[(slot & ~BlockMask)..];
            for (var bits = Bits(row)[slot >> BlockBits] & ((1UL << (slot & BlockMask)) - 1); bits != 0; bits &= bits - 1)
            {
                taken = taken.With(new Slots(1, places[BitOperations.TrailingZeroCount(bits)]));
            }
        }

        return taken;
    }

    private static void AddToTree(Span<Slots> tree, int block, int place)
    {
        for (var node = block + 1; node <= tree.Length; node += node & -node)
        {
            tree[node - 1] = tree[node - 1].With(new Slots(1, place));
        }
    }

    private Span<ulong> Bits(int row) => _bits.AsSpan(row * _blocks, _blocks);

    private Span<Slots> Tree(int row) => _trees.AsSpan(row * _blocks, _blocks);

    /// <summary>How many slots some are, and the sum of their places.</summary>
    public readonly record struct Slots(int Count, long Places)
    {
        public Slots With(Slots other) => new(Count + other.Count, Places + other.Places);

        public Slots Without(Slots other) => new(Count - other.Count, Places - other.Places);

        /// <summary>The sum of their distances from a place that isn't after any of them; of one that isn't before any, the sum's negative.</summary>
        public long DistanceFrom(int place) => Places - ((long)Count * place);
    }
}
