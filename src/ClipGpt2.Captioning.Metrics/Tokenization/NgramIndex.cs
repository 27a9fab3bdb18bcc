namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Numbers n-grams of one to four words: a word by its number in the vocabulary, a longer one by its beginning and its last word.</summary>
/// <remarks>For several threads at once as long as nothing is added.</remarks>
internal sealed class NgramIndex
{
    private readonly NgramTable[] _longer;

    /// <param name="words">The words.</param>
    /// <param name="longer">The n-grams of two, three and four words.</param>
    public NgramIndex(Vocabulary words, NgramTable[] longer) => (Words, _longer) = (words, longer);

    public NgramIndex()
        : this(new Vocabulary(), [.. Enumerable.Range(1, NgramCorpus.Longest - 1).Select(_ => new NgramTable(0))])
    {
    }

    public Vocabulary Words { get; }

    /// <summary>The number of an n-gram, a new one if it hasn't been seen; its beginnings get numbers too.</summary>
    public int Intern(ReadOnlySpan<string> words)
    {
        var id = Words.Intern(words[0]);
        for (var n = 1; n < words.Length; n++)
        {
            id = _longer[n - 1].Intern(id, Words.Intern(words[n]));
        }

        return id;
    }

    /// <summary>The words of all n-grams of a length, given less one, by number.</summary>
    public string[][] Texts(int n)
    {
        if (n == 0)
        {
            return [.. Enumerable.Range(0, Words.Count).Select(id => new[] { Words[id].ToString() })];
        }

        var (words, beginnings) = (Texts(0), Texts(n - 1));
        var texts = new string[_longer[n - 1].Count][];
        foreach (var (beginning, last, id) in _longer[n - 1].All())
        {
            texts[id] = [.. beginnings[beginning], words[last][0]];
        }

        return texts;
    }

    /// <summary>The numbers that the n-grams of another index have here, or -1, by length less one and their number there.</summary>
    public int[][] Translate(NgramIndex other)
    {
        var found = new int[NgramCorpus.Longest][];
        found[0] = [.. Enumerable.Range(0, other.Words.Count).Select(id => Words.Find(other.Words[id]))];
        for (var n = 1; n < found.Length; n++)
        {
            found[n] = new int[other._longer[n - 1].Count];
            foreach (var (beginning, last, id) in other._longer[n - 1].All())
            {
                var (first, word) = (found[n - 1][beginning], found[0][last]);
                found[n][id] = first < 0 || word < 0 ? -1 : _longer[n - 1].Find(first, word);
            }
        }

        return found;
    }
}
