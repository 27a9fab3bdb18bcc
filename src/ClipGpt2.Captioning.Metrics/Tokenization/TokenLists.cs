namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>The tokens of many captions, one after the other.</summary>
/// <param name="Tokens">Token numbers.</param>
/// <param name="Starts">Where each caption starts, and last where the last one ends.</param>
internal sealed record TokenLists(int[] Tokens, int[] Starts)
{
    public int Count => Starts.Length - 1;

    public ReadOnlySpan<int> this[int caption] => Tokens.AsSpan(Starts[caption]..Starts[caption + 1]);
}

/// <summary>Gathers <see cref="TokenLists"/>.</summary>
internal sealed class TokenListsBuilder(int captions)
{
    private readonly List<int> _tokens = new(captions * 12);
    private readonly List<int> _starts = new(captions + 1) { 0 };

    /// <summary>How many tokens the caption has so far.</summary>
    public int Length => _tokens.Count - _starts[^1];

    public void Add(int token) => _tokens.Add(token);

    public void AddRange(ReadOnlySpan<int> tokens) => _tokens.AddRange(tokens);

    public void EndCaption() => _starts.Add(_tokens.Count);

    public TokenLists Build() => new([.. _tokens], [.. _starts]);
}
