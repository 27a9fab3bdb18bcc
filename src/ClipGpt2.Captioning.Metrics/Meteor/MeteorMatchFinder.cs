using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Finds what of a candidate matches each word of a reference, in the order in which the search tries it.</summary>
/// <remarks>
/// At a word of the reference first come the exact matches, then those by stems, then synonyms, each by their place in the candidate. Paraphrases follow: those
/// whose first column in the table stands in the reference, the shortest first, then in the table's order, then by place in the candidate; and then those whose
/// first column stands in the candidate, by place, then the shortest, then in the table's order. Keeps room to work in; one for each thread.
/// </remarks>
internal sealed class MeteorMatchFinder
{
    private readonly MeteorLexicon _lexicon;
    private readonly MeteorMatchers _matchers;
    private readonly ParaphraseTable? _paraphrases;
    private readonly ParaphraseMatches? _paraphraseMatches;
    private readonly IntMultimap _termsOfStem = new();
    private readonly IntMultimap _termsOfSynset = new();
    private readonly HashSet<int> _seen = [];
    private readonly List<TermMatch> _matches = [];
    private readonly List<MatchRun> _runs = [];
    private readonly List<int> _starts = [];

    public MeteorMatchFinder(MeteorLexicon lexicon, MeteorMatchers matchers, ParaphraseTable? paraphrases)
    {
        (_lexicon, _matchers) = (lexicon, matchers);
        _paraphrases = matchers.HasFlag(MeteorMatchers.Paraphrase) ? paraphrases : null;
        _paraphraseMatches = _paraphrases is null ? null : new ParaphraseMatches(_paraphrases, Terms);
    }

    /// <summary>The candidate.</summary>
    public TestTerms Terms { get; } = new();

    public ReadOnlySpan<TermMatch> All => CollectionsMarshal.AsSpan(_matches);

    /// <summary>What starts at a word of the reference, in order.</summary>
    public ReadOnlySpan<MatchRun> StartingAt(int referenceWord) =>
        CollectionsMarshal.AsSpan(_runs)[_starts[referenceWord].._starts[referenceWord + 1]];

    /// <summary>Reads the candidate that the next references are matched with.</summary>
    public void Read(ReadOnlySpan<int> test)
    {
        Terms.Read(test, PhrasesOf(test));
        _termsOfStem.Clear();
        _termsOfSynset.Clear();
        for (var term = 0; term < Terms.Count && Terms[term].Word is >= 0 and var word; term++)
        {
            _termsOfStem.Add(_lexicon.Stems[word], term);
            foreach (var synset in _lexicon.SynsetsOf(word))
            {
                _termsOfSynset.Add(synset, term);
            }
        }

        _paraphraseMatches?.Read();
    }

    /// <summary>Finds the matches of the candidate with a reference.</summary>
    public void Find(ReadOnlySpan<int> test, ReadOnlySpan<int> reference)
    {
        _matches.Clear();
        _runs.Clear();
        _starts.Clear();

        // Equal captions match word for word, and nothing else is looked for.
        var active = test.SequenceEqual(reference) ? MeteorMatchers.Exact : _matchers;
        var phrases = active.HasFlag(MeteorMatchers.Paraphrase) ? PhrasesOf(reference) : PhraseOccurrences.None;
        _paraphraseMatches?.Find(phrases);
        for (var place = 0; place < reference.Length; place++)
        {
            _starts.Add(_runs.Count);
            AddExact(reference[place]);
            if (active.HasFlag(MeteorMatchers.Stem))
            {
                AddStems(reference[place]);
            }

            if (active.HasFlag(MeteorMatchers.Synonym))
            {
                AddSynonyms(reference[place]);
            }

            if (phrases.At(place) is { Length: > 0 } here)
            {
                AddParaphrases(_paraphraseMatches!, here);
            }

            EndPlace();
        }

        _starts.Add(_runs.Count);
    }

    private PhraseOccurrences PhrasesOf(ReadOnlySpan<int> words)
    {
        if (_paraphrases is null)
        {
            return PhraseOccurrences.None;
        }

        var texts = new string[words.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = _lexicon.Words[words[i]].ToString();
        }

        return PhraseOccurrences.Of(_paraphrases, texts);
    }

    private void AddExact(int word)
    {
        if (Terms.OfWord(word) is >= 0 and var term)
        {
            _matches.Add(new TermMatch(term, 1, 0));
            EndRun(_matches.Count - 1);
        }
    }

    private void AddStems(int word)
    {
        var start = _matches.Count;
        foreach (var term in _termsOfStem[_lexicon.Stems[word]])
        {
            if (Terms[term].Word != word)
            {
                _matches.Add(new TermMatch(term, 1, 1));
            }
        }

        EndRun(start);
    }

    private void AddSynonyms(int word)
    {
        var start = _matches.Count;
        _seen.Clear();
        foreach (var synset in _lexicon.SynsetsOf(word))
        {
            foreach (var term in _termsOfSynset[synset])
            {
                if (Terms[term].Word != word && _seen.Add(term))
                {
                    _matches.Add(new TermMatch(term, 1, 2));
                }
            }
        }

        EndRun(start);
    }

    private void AddParaphrases(ParaphraseMatches paraphrases, ReadOnlySpan<PhraseOccurrences.Occurrence> phrases)
    {
        for (var left = paraphrases.AddFromReference(phrases, _matches); left > 0; left--)
        {
            AddRun(_matches.Count - left, _matches.Count - left + 1);
        }

        var start = _matches.Count;
        paraphrases.AddFromCandidate(phrases, _matches);
        EndRun(start);
    }

    private void EndRun(int start)
    {
        if (_matches.Count > start)
        {
            AddRun(start, _matches.Count);
        }
    }

    private void AddRun(int start, int end)
    {
        var gain = 0;
        foreach (var match in All[start..end])
        {
            gain = Math.Max(gain, MeteorMatch.GainOf(match.Matcher, Terms[match.Term].Length, match.ReferenceLength));
        }

        _runs.Add(new MatchRun(start, end, gain, MatchRun.None));
    }

    /// <summary>Tells the runs of the last place what is still to come after them.</summary>
    private void EndPlace()
    {
        var gain = MatchRun.None;
        var runs = CollectionsMarshal.AsSpan(_runs)[_starts[^1]..];
        for (var i = runs.Length - 1; i >= 0; i--)
        {
            runs[i] = runs[i] with { LaterGain = gain };
            gain = Math.Max(gain, runs[i].Gain);
        }
    }
}
