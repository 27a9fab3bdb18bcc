namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Tokenizes many captions on all processors.</summary>
internal static class PtbBatch
{
    /// <summary>So many lines are one piece of work; fixed, so that token numbers don't depend on the number of processors.</summary>
    private const int LinesAtOnce = 2048;

    public static TokenLists Tokenize(PtbDocument document, int captions, Vocabulary vocabulary, bool removePunctuation)
    {
        var parts = new (Vocabulary Vocabulary, TokenLists Lists)[(captions + LinesAtOnce - 1) / LinesAtOnce];
        Parallel.For(0, parts.Length, part =>
        {
            var first = part * LinesAtOnce;
            parts[part] = TokenizePart(document, first, Math.Min(first + LinesAtOnce, captions), removePunctuation);
        });

        return Join(parts, vocabulary);
    }

    private static (Vocabulary Vocabulary, TokenLists Lists) TokenizePart(PtbDocument document, int first, int end, bool removePunctuation)
    {
        var vocabulary = new Vocabulary();
        var lists = new TokenListsBuilder(end - first);
        var buffer = new char[256];
        for (var line = first; line < end; line++)
        {
            // Captions without a line of their own (a carriage return swallowed the break before them) are empty.
            if (line < document.LineCount)
            {
                TokenizeLine(new PtbLineReader(document, line, buffer), vocabulary, lists, removePunctuation);
            }

            lists.EndCaption();
        }

        return (vocabulary, lists.Build());
    }

    private static void TokenizeLine(PtbLineReader reader, Vocabulary vocabulary, TokenListsBuilder lists, bool removePunctuation)
    {
        while (reader.Read(out var token))
        {
            if (!removePunctuation || !PtbPunctuation.Contains(token))
            {
                lists.Add(vocabulary.Intern(token));
            }
        }
    }

    /// <summary>Gives the tokens of all parts their common numbers.</summary>
    private static TokenLists Join((Vocabulary Vocabulary, TokenLists Lists)[] parts, Vocabulary vocabulary)
    {
        var tokens = new int[parts.Sum(p => p.Lists.Tokens.Length)];
        var starts = new int[parts.Sum(p => p.Lists.Count) + 1];
        var (tokensDone, captionsDone) = (0, 0);
        foreach (var (partVocabulary, lists) in parts)
        {
            var numbers = new int[partVocabulary.Count];
            for (var id = 0; id < numbers.Length; id++)
            {
                numbers[id] = vocabulary.Intern(partVocabulary[id]);
            }

            for (var i = 0; i < lists.Tokens.Length; i++)
            {
                tokens[tokensDone + i] = numbers[lists.Tokens[i]];
            }

            for (var i = 1; i <= lists.Count; i++)
            {
                starts[captionsDone + i] = tokensDone + lists.Starts[i];
            }

            tokensDone += lists.Tokens.Length;
            captionsDone += lists.Count;
        }

        return new TokenLists(tokens, starts);
    }
}
