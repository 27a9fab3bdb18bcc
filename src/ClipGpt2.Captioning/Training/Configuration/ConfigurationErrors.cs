namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Gathers what is wrong with a configuration, each error with the key's path and with the file (or the option) that gave it.</summary>
/// <param name="source">Where keys come from that nothing else has given.</param>
internal sealed class ConfigurationErrors(string source)
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wrong = new(StringComparer.Ordinal);
    private readonly List<string> _messages = [];

    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Notes that a key has been given.</summary>
    public void Give(string path, string by) => _given[path] = by;

    public bool IsGiven(string path) => _given.ContainsKey(path);

    public bool IsWrong(string path) => _wrong.Contains(path);

    /// <summary>Adds an error about a key.</summary>
    /// <param name="path">The key's path, as <c>training_config.batch_size</c>; empty for the whole.</param>
    /// <param name="problem">What is wrong with it and what would be right.</param>
    public void Add(string path, string problem)
    {
        _wrong.Add(path);
        _messages.Add($"{_given.GetValueOrDefault(path, source)}: {(path.Length == 0 ? "the configuration" : path)} {problem}.");
    }

    /// <summary>Adds an error about keys that don't fit each other, unless one of them is wrong already.</summary>
    public void AddUnless(bool right, string problem, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            right |= _wrong.Contains(path);
        }

        if (!right)
        {
            Add(paths[0], problem);
        }
    }

    public void ThrowIfAny()
    {
        if (_messages.Count > 0)
        {
            throw new ConfigurationException(_messages);
        }
    }
}
