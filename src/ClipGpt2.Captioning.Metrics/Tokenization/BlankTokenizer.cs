namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Splits captions that are tokens with single blanks between already.</summary>
internal static class BlankTokenizer
{
    /// <summary>What stands between single blanks, line feeds being blanks; two blanks in a row have an empty piece between them.</summary>
    public static TokenLists Tokenize(IReadOnlyList<string> captions, Vocabulary vocabulary)
    {
        var lists = new TokenListsBuilder(captions.Count);
        foreach (var caption in captions)
        {
            var text = caption.Replace('\n', ' ').AsSpan();
            foreach (var piece in text.Split(' '))
            {
                lists.Add(vocabulary.Intern(text[piece]));
            }

            lists.EndCaption();
        }

        return lists.Build();
    }
}
