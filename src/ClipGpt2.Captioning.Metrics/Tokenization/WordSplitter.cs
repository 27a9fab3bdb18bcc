namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Splits pieces that contain blanks, as Python's <c>str.split()</c> does, and drops empty ones.</summary>
internal sealed class WordSplitter
{
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<int, int[]> _split = [];

    public WordSplitter(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        var count = vocabulary.Count;
        for (var id = 0; id < count; id++)
        {
            if (vocabulary[id].IsEmpty || HasBlank(vocabulary[id]))
            {
                _split[id] = Words(vocabulary[id].ToString());
            }
        }
    }

    public TokenLists Split(TokenLists pieces)
    {
        if (_split.Count == 0)
        {
            return pieces;
        }

        var words = new TokenListsBuilder(pieces.Count);
        for (var i = 0; i < pieces.Count; i++)
        {
            foreach (var piece in pieces[i])
            {
                words.AddRange(_split.TryGetValue(piece, out var split) ? split : [piece]);
            }

            words.EndCaption();
        }

        return words.Build();
    }

    /// <summary>Python's white space: that of .NET, and the four information separators.</summary>
    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    private static bool HasBlank(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (IsBlank(c))
            {
                return true;
            }
        }

        return false;
    }

    private int[] Words(string text)
    {
        var words = new List<int>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || IsBlank(text[i]))
            {
                if (i > start)
                {
                    words.Add(_vocabulary.Intern(text.AsSpan(start..i)));
                }

                start = i + 1;
            }
        }

        return [.. words];
    }
}
