using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>The distinct sentences of a corpus as token ids, and which of them each caption is.</summary>
internal sealed class SentenceTable
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<int[]> _tokens = [];
    private readonly BertSentenceEncoder _encoder;
    private readonly IReadOnlyList<string>? _idfSentences;

    public SentenceTable(CaptionCorpus corpus, BertSentenceEncoder encoder, IReadOnlyList<string>? idfSentences)
    {
        _encoder = encoder;
        _idfSentences = idfSentences;
        Candidates = [.. corpus.Images.Select(image => IndexOf(image.Candidate))];
        References = [.. corpus.Images.Select(image => image.References.Select(IndexOf).ToArray())];
    }

    /// <summary>The ids of each distinct sentence.</summary>
    public IReadOnlyList<int[]> Tokens => _tokens;

    /// <summary>Each image's candidate as an index of <see cref="Tokens"/>.</summary>
    public int[] Candidates { get; }

    /// <summary>Each image's references as indices of <see cref="Tokens"/>.</summary>
    public int[][] References { get; }

    /// <summary>The documents that idf counts, repetitions included.</summary>
    public IReadOnlyList<int[]> IdfTokens => _idfSentences is null
        ? [.. References.SelectMany(image => image).Select(sentence => _tokens[sentence])]
        : [.. _idfSentences.Select(_encoder.Tokenize)];

    private int IndexOf(string sentence)
    {
        if (!_indices.TryGetValue(sentence, out var index))
        {
            _indices.Add(sentence, index = _tokens.Count);
            _tokens.Add(_encoder.Tokenize(sentence));
        }

        return index;
    }
}
