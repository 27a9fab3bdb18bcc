using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Diversity;

/// <summary>Words and bigrams of some captions.</summary>
internal sealed class WordCounts
{
    private readonly int _words;
    private readonly int _bigrams;
    private readonly int _distinctWords;
    private readonly int _distinctBigrams;

    private WordCounts(TokenLists words)
    {
        Lengths = new int[words.Count];
        var seen = new HashSet<int>();
        var bigrams = new NgramTable(words.Tokens.Length);
        for (var caption = 0; caption < words.Count; caption++)
        {
            var tokens = words[caption];
            Lengths[caption] = tokens.Length;
            _words += tokens.Length;
            _bigrams += Math.Max(0, tokens.Length - 1);
            for (var i = 0; i < tokens.Length; i++)
            {
                seen.Add(tokens[i]);
                if (i > 0)
                {
                    bigrams.Intern(tokens[i - 1], tokens[i]);
                }
            }
        }

        (_distinctWords, _distinctBigrams) = (seen.Count, bigrams.Count);
    }

    /// <summary>Words of each caption.</summary>
    public int[] Lengths { get; }

    public static WordCounts Of(IReadOnlyList<string> captions)
    {
        var vocabulary = new Vocabulary();
        var pieces = BlankTokenizer.Tokenize(captions, vocabulary);
        return new WordCounts(new WordSplitter(vocabulary).Split(pieces));
    }

    /// <summary>All words (1) or bigrams (2).</summary>
    public int Count(int n) => n == 1 ? _words : _bigrams;

    /// <summary>Different words (1) or bigrams (2).</summary>
    public int Distinct(int n) => n == 1 ? _distinctWords : _distinctBigrams;
}
