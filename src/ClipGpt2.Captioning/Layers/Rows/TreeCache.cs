namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>The keys and values of a growing tree of positions: branches share the path to their fork.</summary>
/// <remarks>
/// Sequences of a beam search are paths in a tree. A position's keys and values are written once and stay where they are; a sequence is the list
/// of its positions, so that continuing from any of them copies a list of numbers, and prefix and common history lie in memory once.
/// </remarks>
internal sealed unsafe class TreeCache(int layers, int hiddenSize) : IDisposable
{
    private readonly List<NativeFloats> _blocks = [];
    private readonly List<Place> _places = [];
    private List<int[]> _paths = [];
    private List<int[]> _spare = [];
    private int[] _lengths = [];
    private int[] _roots = [];
    private int _capacity;

    /// <summary>The number of sequences.</summary>
    public int Rows { get; private set; }

    /// <summary>The positions of one sequence, first to last.</summary>
    public ReadOnlySpan<int> Path(int row) => _paths[row].AsSpan(0, _lengths[row]);

    /// <summary>Of each sequence, the one at the start that it grew from.</summary>
    public ReadOnlySpan<int> Roots => _roots;

    /// <summary>Begins with empty sequences that can grow to a length.</summary>
    public void Start(int rows, int capacity)
    {
        (Rows, _capacity) = (rows, capacity);
        _paths = [.. Enumerable.Range(0, rows).Select(_ => new int[capacity])];
        _lengths = new int[rows];
        _roots = [.. Enumerable.Range(0, rows)];
    }

    /// <summary>Makes room for new positions and returns the first one's number; the others follow it.</summary>
    public int Allocate(int count)
    {
        var block = new NativeFloats();
        _blocks.Add(block);
        var layerStride = (long)count * 2 * hiddenSize;
        block.Reserve(layers * layerStride);
        var first = _places.Count;
        for (var i = 0; i < count; i++)
        {
            _places.Add(new Place((nint)(block.Pointer + ((long)i * 2 * hiddenSize)), layerStride));
        }

        return first;
    }

    /// <summary>Where a position's keys [H] in a layer lie; its values [H] follow them.</summary>
    public float* KeysAndValues(int position, int layer)
    {
        var place = _places[position];
        return (float*)place.Address + (layer * place.LayerStride);
    }

    /// <summary>Lengthens a sequence.</summary>
    /// <exception cref="CaptioningException">It has the length that was asked for at the start.</exception>
    public void Append(int row, int position)
    {
        if (_lengths[row] == _capacity)
        {
            throw Full(_capacity);
        }

        _paths[row][_lengths[row]++] = position;
    }

    /// <summary>What says that a sequence can't be lengthened any more.</summary>
    public static CaptioningException Full(int capacity) => new($"The text has reached {capacity} positions, the most that this session was started for.");

    /// <summary>Makes new row i a copy of old row <c>parents[i]</c>.</summary>
    public void Branch(ReadOnlySpan<int> parents)
    {
        var (lengths, roots) = (new int[parents.Length], new int[parents.Length]);
        while (_spare.Count < parents.Length)
        {
            _spare.Add(new int[_capacity]);
        }

        for (var i = 0; i < parents.Length; i++)
        {
            lengths[i] = _lengths[parents[i]];
            roots[i] = _roots[parents[i]];
            Path(parents[i]).CopyTo(_spare[i]);
        }

        (_paths, _spare, _lengths, _roots, Rows) = (_spare, _paths, lengths, roots, parents.Length);
    }

    public void Dispose() => _blocks.ForEach(block => block.Dispose());

    private readonly record struct Place(nint Address, long LayerStride);
}
