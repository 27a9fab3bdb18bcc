namespace ClipGpt2.Captioning.Text;

/// <summary>Tokens and their ids, both ways.</summary>
internal sealed class TokenVocabulary
{
    /// <summary>The largest id that is accepted: tables are as long as the largest one, and a damaged file must not ask for gigabytes.</summary>
    public const int LargestId = (1 << 22) - 1;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly string?[] _tokens;

    /// <summary>Creates a vocabulary. Of two equal tokens the last one's id counts, of two equal ids the last one's token, as in Python.</summary>
    public TokenVocabulary(IReadOnlyCollection<KeyValuePair<string, int>> entries)
    {
        _ids = new(entries.Count, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[entries.Count == 0 ? 0 : entries.Max(e => e.Value) + 1];
        foreach (var (token, id) in entries)
        {
            _ids[token] = id;
            _tokens[id] = token;
        }
    }

    /// <summary>How many tokens there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The id after the largest.</summary>
    public int IdLimit => _tokens.Length;

    public IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    public int? IdOf(ReadOnlySpan<char> token) => _idsBySpan.TryGetValue(token, out var id) ? id : null;

    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>The same vocabulary with further tokens.</summary>
    public TokenVocabulary With(IReadOnlyCollection<KeyValuePair<string, int>> further) => further.Count == 0 ? this : new([.. _ids, .. further]);
}
