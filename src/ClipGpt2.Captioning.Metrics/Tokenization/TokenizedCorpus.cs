using System.Text;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>The tokens of a corpus.</summary>
/// <remarks>
/// <em>Pieces</em> are what stands between single blanks, and an empty caption is one empty piece: that is how the reference's ROUGE and METEOR see captions.
/// <em>Words</em> are what stands between any blanks, as BLEU and CIDEr see them. The two differ for odd captions only.
/// </remarks>
internal sealed class TokenizedCorpus
{
    private readonly Lazy<NgramCorpus> _ngrams;

    private TokenizedCorpus(Vocabulary vocabulary, TokenLists candidates, TokenLists references, int[] referenceStarts)
    {
        Vocabulary = vocabulary;
        ReferenceStarts = referenceStarts;
        CandidatePieces = candidates;
        ReferencePieces = references;
        var splitter = new WordSplitter(vocabulary);
        CandidateWords = splitter.Split(candidates);
        ReferenceWords = splitter.Split(references);
        _ngrams = new Lazy<NgramCorpus>(() => NgramCorpus.Of(this));
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>The index of each image's first reference, and last the number of references.</summary>
    public int[] ReferenceStarts { get; }

    public TokenLists CandidatePieces { get; }

    public TokenLists ReferencePieces { get; }

    public TokenLists CandidateWords { get; }

    public TokenLists ReferenceWords { get; }

    public int ImageCount => ReferenceStarts.Length - 1;

    /// <summary>The n-grams of all words, shared by BLEU and CIDEr.</summary>
    public NgramCorpus Ngrams => _ngrams.Value;

    public static TokenizedCorpus Of(CaptionCorpus corpus)
    {
        var starts = new int[corpus.Images.Count + 1];
        var candidates = new string[corpus.Images.Count];
        var references = new List<string>(corpus.Images.Count * 5);
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = corpus.Images[i].Candidate;
            references.AddRange(corpus.Images[i].References);
            starts[i + 1] = references.Count;
        }

        var vocabulary = new Vocabulary();
        return new TokenizedCorpus(
            vocabulary, Tokenize(candidates, corpus.Tokenization, vocabulary), Tokenize(references, corpus.Tokenization, vocabulary), starts);
    }

    /// <summary>Pieces joined by blanks.</summary>
    public string Text(ReadOnlySpan<int> pieces)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pieces.Length; i++)
        {
            text.Append(i > 0 ? " " : "").Append(Vocabulary[pieces[i]]);
        }

        return text.ToString();
    }

    private static TokenLists Tokenize(IReadOnlyList<string> captions, CaptionTokenization tokenization, Vocabulary vocabulary)
    {
        var pieces = tokenization == CaptionTokenization.Blanks
            ? BlankTokenizer.Tokenize(captions, vocabulary)
            : new PtbTokenizer(new PtbTokenizerOptions { ContextFree = tokenization == CaptionTokenization.PtbContextFree }).Tokenize(captions, vocabulary);
        return WithEmptyPieces(pieces, vocabulary);
    }

    private static TokenLists WithEmptyPieces(TokenLists lists, Vocabulary vocabulary)
    {
        if (!Enumerable.Range(0, lists.Count).Any(i => lists[i].IsEmpty))
        {
            return lists;
        }

        var filled = new TokenListsBuilder(lists.Count);
        for (var i = 0; i < lists.Count; i++)
        {
            filled.AddRange(lists[i].IsEmpty ? [vocabulary.Intern("")] : lists[i]);
            filled.EndCaption();
        }

        return filled.Build();
    }
}
