using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts;

/// <summary>What all tables of kinds have in common.</summary>
internal static class KindTable
{
    /// <summary>The key of a description that names the kind.</summary>
    public const string KindName = "kind";
}

/// <summary>The kinds of one role, by their names.</summary>
/// <param name="role">What their parts are (<see cref="PartRole"/>).</param>
internal sealed class KindTable<T>(string role)
    where T : class
{
    private readonly Dictionary<string, PartKind<T>> _kinds = new(StringComparer.Ordinal);

    /// <summary>What the parts are.</summary>
    public string Role => role;

    /// <summary>The names of all kinds, in their ordinal order.</summary>
    public IEnumerable<string> Names => _kinds.Keys.Order(StringComparer.Ordinal);

    /// <summary>The names of those kinds of which parts can be made afresh.</summary>
    public IEnumerable<string> FreshNames => _kinds.Values.Where(kind => kind.CreateFresh is not null).Select(kind => kind.Name);

    public void Add(PartKind<T> kind) => _kinds[kind.Name] = kind;

    /// <summary>The kind of a name, or null.</summary>
    public PartKind<T>? Find(string name) => _kinds.GetValueOrDefault(name);

    /// <summary>The kind that a part's description names.</summary>
    /// <exception cref="CheckpointFormatException">It names none, or one that isn't known.</exception>
    public PartKind<T> Of(ConfigSection description) => description.Text(KindTable.KindName) is var name && Find(name) is { } kind
        ? kind
        : throw description.Error(KindTable.KindName, $"is '{name}', which is no known {PartRole.InWords(role)}: the known ones are {string.Join(", ", Names)}; a host adds its own to CaptionerOptions.Parts");

    /// <summary>The kind that the model at a full path is of, those that were added last being asked first; null if none knows it.</summary>
    public PartKind<T>? Recognize(string path) => _kinds.Values.Reverse().FirstOrDefault(kind => kind.Recognizes?.Invoke(path) == true);
}
