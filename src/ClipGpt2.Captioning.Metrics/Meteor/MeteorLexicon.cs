using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>What the matchers ask about each distinct word of a corpus.</summary>
internal sealed class MeteorLexicon
{
    private readonly int[] _stems;
    private readonly bool[] _isFunction;
    private readonly int[][] _synsets;

    public MeteorLexicon(Vocabulary words, MeteorData data, MeteorMatchers matchers)
    {
        Words = words;
        _isFunction = new bool[words.Count];
        _synsets = new int[words.Count][];
        var stems = new string[words.Count];
        Batches.For(words.Count, id =>
        {
            var word = words[id].ToString();
            _isFunction[id] = data.FunctionWords.Contains(word);
            _synsets[id] = matchers.HasFlag(MeteorMatchers.Synonym) ? data.Synonyms!.SynsetsOf(word) : [];
            stems[id] = matchers.HasFlag(MeteorMatchers.Stem) ? EnglishStemmer.Stem(word) : word;
        });
        var numbers = new Vocabulary();
        _stems = Array.ConvertAll(stems, stem => numbers.Intern(stem));
    }

    public Vocabulary Words { get; }

    public ReadOnlySpan<int> Stems => _stems;

    public bool IsFunction(int word) => _isFunction[word];

    /// <summary>The synsets of a word: words that share one are synonyms.</summary>
    public ReadOnlySpan<int> SynsetsOf(int word) => _synsets[word];
}
