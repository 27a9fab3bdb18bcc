namespace ClipGpt2.Captioning.Metrics;

/// <summary>Things by their names, in the order in which they were added, whatever the case of letters; a name that is added again replaces what it had.</summary>
/// <param name="what">What the things are, for messages, such as <c>metric</c>.</param>
internal sealed class NameTable<T>(string what)
    where T : class
{
    private readonly OrderedDictionary<string, T> _entries = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Names => _entries.Keys;

    public IReadOnlyList<T> Entries => _entries.Values;

    /// <exception cref="CaptioningException">Nothing has the name; the message lists the known ones.</exception>
    public T this[string name] => Find(name) ?? throw new CaptioningException($"'{name}' is no known {what}: the known ones are {string.Join(", ", Names)}.");

    public void Add(string name, T entry)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _entries[name] = entry;
    }

    public T? Find(string name) => _entries.GetValueOrDefault(name);
}
