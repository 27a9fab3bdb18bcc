namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The stack and the memo that a pickle's instructions work on.</summary>
internal sealed class PickleMachine(PickleReader reader, PickleScope scope)
{
    /// <summary>Real checkpoints nest a dozen values; what walks over them may rely on this limit.</summary>
    private const int MostDepth = 100;

    /// <summary>A checkpoint of millions of captions has fewer values; each takes some 50 bytes of memory.</summary>
    private const int MostValues = 1 << 25;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    // A pair's hash is seeded: a file can't choose indexes that meet in one place of the table.
    private readonly Dictionary<(int, int), object?> _memo = [];
    private int _made;

    public PickleReader Reader => reader;

    public PickleScope Scope => scope;

    public int MemoCount => _memo.Count;

    private int Bottom => _marks.Count == 0 ? 0 : _marks[^1];

    public void Push(object? value)
    {
        if (++_made > MostValues)
        {
            throw reader.Damaged($"makes more than {MostValues} values, the most that are read");
        }

        _stack.Add(value);
    }

    public object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    public object? Peek() => _stack.Count > Bottom ? _stack[^1] : throw reader.Damaged("needs a value, and the stack is empty (underflow)");

    public void Mark() => _marks.Add(_stack.Count);

    /// <summary>Drops the last value, or the mark if none is after it.</summary>
    public void Drop()
    {
        if (_marks.Count > 0 && _stack.Count == Bottom)
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    /// <summary>Takes all values after the last mark, and the mark.</summary>
    public object?[] PopMarked()
    {
        if (_marks.Count == 0)
        {
            throw reader.Damaged("needs a mark, and the stack has none (underflow)");
        }

        var bottom = Bottom;
        var values = _stack[bottom..].ToArray();
        _stack.RemoveRange(bottom, values.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>The last value, which must be of a kind.</summary>
    public T Peek<T>(string what) => Peek() is T value ? value : throw reader.Damaged($"needs {what}, and meets the wrong type, {PickleNames.Describe(Peek())}");

    /// <summary>Takes the last value, which must be of a kind.</summary>
    public T Pop<T>(string what)
    {
        var value = Peek<T>(what);
        Pop();
        return value;
    }

    public void Remember(long index)
    {
        if (_memo.Count >= MostValues)
        {
            throw reader.Damaged($"remembers more than {MostValues} values, the most that are read");
        }

        _memo[Slot(index)] = Peek();
    }

    public void Recall(long index) =>
        Push(_memo.TryGetValue(Slot(index), out var value) ? value : throw reader.Damaged($"asks for the memo's entry {index}, which was never stored"));

    /// <summary>Refuses containers in containers without end.</summary>
    public T Checked<T>(T container)
        where T : PickleContainer => container.Depth <= MostDepth
            ? container
            : throw reader.Damaged($"nests values too deeply: {MostDepth} levels are the most that are read");

    public PickleCall Call(string target, PickleTuple arguments) => new(target, arguments, reader, scope);

    private static (int High, int Low) Slot(long index) => ((int)(index >> 32), (int)index);
}
