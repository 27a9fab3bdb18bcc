using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>A corpus's captions as the words that METEOR compares.</summary>
internal sealed class MeteorCaptions
{
    private const string Separator = "|||";

    private MeteorCaptions(Vocabulary words, TokenLists candidates, TokenLists references, int[] referenceStarts) =>
        (Words, Candidates, References, ReferenceStarts) = (words, candidates, references, referenceStarts);

    public Vocabulary Words { get; }

    public TokenLists Candidates { get; }

    public TokenLists References { get; }

    public int[] ReferenceStarts { get; }

    public static MeteorCaptions Of(TokenizedCorpus corpus, MeteorOptions options)
    {
        var reader = new MeteorPieceReader(corpus.Vocabulary, options);
        var candidates = new TokenListsBuilder(corpus.ImageCount);
        var references = new TokenListsBuilder(corpus.ReferencePieces.Count);
        var starts = new int[corpus.ImageCount + 1];
        var separators = reader.PiecesWith(Separator);
        for (var image = 0; image < corpus.ImageCount; image++)
        {
            var candidate = corpus.CandidatePieces[image];
            reader.AddWords(separators.Count == 0 ? candidate : Without(candidate, corpus.Vocabulary), candidates);
            candidates.EndCaption();
            starts[image + 1] = starts[image];
            for (var r = corpus.ReferenceStarts[image]; r < corpus.ReferenceStarts[image + 1]; r++)
            {
                starts[image + 1] += AddReference(corpus.ReferencePieces[r], corpus.Vocabulary, separators, reader, references);
            }
        }

        return new MeteorCaptions(reader.Words, candidates.Build(), references.Build(), starts);
    }

    /// <summary>The reference program's protocol has <c>|||</c> between captions: it takes it out of candidates, but in a reference it makes two of one.</summary>
    private static int AddReference(ReadOnlySpan<int> pieces, Vocabulary vocabulary, HashSet<int> separators, MeteorPieceReader reader, TokenListsBuilder references)
    {
        if (!pieces.ContainsAny([.. separators]))
        {
            reader.AddWords(pieces, references);
            references.EndCaption();
            return 1;
        }

        var parts = Join(pieces, vocabulary).Split(Separator);
        foreach (var part in parts)
        {
            reader.AddWords(Split(part, vocabulary), references);
            references.EndCaption();
        }

        return parts.Length;
    }

    private static int[] Without(ReadOnlySpan<int> pieces, Vocabulary vocabulary) =>
        Split(Join(pieces, vocabulary).Replace(Separator, "", StringComparison.Ordinal), vocabulary);

    private static string Join(ReadOnlySpan<int> pieces, Vocabulary vocabulary)
    {
        var texts = new string[pieces.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = vocabulary[pieces[i]].ToString();
        }

        return string.Join(' ', texts);
    }

    private static int[] Split(string text, Vocabulary vocabulary) => [.. text.Split(' ').Select(piece => vocabulary.Intern(piece))];
}
