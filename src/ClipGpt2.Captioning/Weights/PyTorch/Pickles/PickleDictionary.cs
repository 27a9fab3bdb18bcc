namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A dictionary of Python: its entries in their order.</summary>
internal sealed class PickleDictionary(string className = "dict") : PickleContainer, IBuildable
{
    /// <summary>So many entries are searched one by one.</summary>
    private const int FewEntries = 8;

    private readonly List<KeyValuePair<object?, object?>> _entries = [];
    private Dictionary<PickleKey, int>? _places;

    public string ClassName { get; } = className;

    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    /// <summary>What Python keeps beside an ordered dictionary's entries, such as a state dict's <c>_metadata</c>.</summary>
    public PickleDictionary? Attributes { get; private set; }

    public object? this[string key] => Find(key, out var value) ? value : null;

    /// <summary>Adds an entry or replaces its value.</summary>
    /// <param name="key">A value that <see cref="PickleKey.IsPossible"/>.</param>
    /// <param name="value">Its value.</param>
    public void Set(object? key, object? value)
    {
        Hold(key);
        Hold(value);
        var place = Place(key);
        if (place >= 0)
        {
            _entries[place] = new(key, value);
            return;
        }

        _entries.Add(new(key, value));
        _places?.Add(new PickleKey(key), _entries.Count - 1);
    }

    public bool Find(object? key, out object? value)
    {
        var place = Place(key);
        value = place >= 0 ? _entries[place].Value : null;
        return place >= 0;
    }

    public void Build(object? state, PickleCall call) => Attributes = state as PickleDictionary ?? throw call.Wrong("needs a dictionary of attributes");

    private int Place(object? key)
    {
        var sought = new PickleKey(key);
        if (_entries.Count <= FewEntries)
        {
            return _entries.FindIndex(entry => new PickleKey(entry.Key).Equals(sought));
        }

        _places ??= _entries.Select((entry, i) => (Key: new PickleKey(entry.Key), i)).ToDictionary(entry => entry.Key, entry => entry.i);
        return _places.GetValueOrDefault(sought, -1);
    }
}
