namespace ClipGpt2.Captioning.Text;

/// <summary>A tokenizer's added tokens with their ids.</summary>
internal sealed class SpecialTokens
{
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly HashSet<int> _specialIds;
    private readonly Dictionary<int, string> _plain;

    public SpecialTokens(TokenVocabulary vocabulary, TokenizerOptions options)
    {
        foreach (var token in options.AddedTokens.Concat(options.RoleTokens.Select(options.RoleToken)))
        {
            _byContent.TryAdd(token.Content, token);
        }

        // The reference counts on from the size of the vocabulary, not from its largest id.
        var next = vocabulary.Count;
        foreach (var token in _byContent.Values.Where(token => token.Id is null).ToList())
        {
            _byContent[token.Content] = token with { Id = vocabulary.IdOf(token.Content) ?? next++ };
        }

        Vocabulary = vocabulary.With([.. _byContent.Values.Where(t => vocabulary.IdOf(t.Content) != t.Id).Select(t => KeyValuePair.Create(t.Content, t.Id!.Value))]);
        _specialIds = [.. _byContent.Values.Where(token => token.IsSpecial).Select(token => token.Id!.Value)];
        _plain = _byContent.Values.Where(token => !token.IsSpecial).ToDictionary(token => token.Id!.Value, token => token.Content);
    }

    /// <summary>The vocabulary, the added tokens included.</summary>
    public TokenVocabulary Vocabulary { get; }

    public IReadOnlyCollection<AddedToken> All => _byContent.Values;

    /// <summary>The ids that decoding can skip.</summary>
    public IReadOnlySet<int> Ids => _specialIds;

    public bool IsSpecial(int id) => _specialIds.Contains(id);

    /// <summary>The text of an added token that is not special, which decoding gives as it is.</summary>
    public string? PlainTextOf(int id) => _plain.GetValueOrDefault(id);

    public int? IdOf(string? content) => content is null ? null : _byContent[content].Id;
}
