namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The entries of the table of paraphrases that two captions have, one column in each.</summary>
internal sealed class ParaphraseMatches(ParaphraseTable table, TestTerms terms)
{
    private const int Matcher = 3;

    private readonly ParaphraseLists _lists = new(table);
    private readonly HashSet<int> _inCandidate = [];
    private readonly HashSet<int> _inReference = [];
    private readonly List<(int Rank, int Second)> _entries = [];

    /// <summary>By phrases of the reference in the first column: terms, in the table's order.</summary>
    private readonly IntMultimap _fromReference = new();

    /// <summary>By phrases of the reference in the second column: places in the list of terms and ranks.</summary>
    private readonly IntMultimap _fromCandidate = new();
    private readonly List<(int Term, int Rank)> _firsts = [];
    private readonly List<(int TestLength, int Term, int Rank, int ReferenceLength)> _found = [];

    /// <summary>Takes up the terms of a new candidate.</summary>
    public void Read()
    {
        _inCandidate.Clear();
        for (var term = 0; term < terms.Count; term++)
        {
            if (terms[term].Phrase is >= 0 and var phrase)
            {
                _inCandidate.Add(phrase);
            }
        }
    }

    /// <summary>Finds the entries that the candidate has in common with a reference.</summary>
    public void Find(PhraseOccurrences reference)
    {
        _inReference.Clear();
        _fromReference.Clear();
        _fromCandidate.Clear();
        _firsts.Clear();
        foreach (var phrase in reference.All)
        {
            if (_inReference.Add(phrase.Phrase))
            {
                FindFromReference(phrase.Phrase);
            }
        }

        foreach (var phrase in _inReference.Count > 0 ? _inCandidate : [])
        {
            FindFromCandidate(phrase);
        }
    }

    /// <summary>Adds what matches some phrases of the reference with their first column there: the shortest first, then in the table's order.</summary>
    /// <returns>The number of matches, each of which is a run of its own.</returns>
    public int AddFromReference(ReadOnlySpan<PhraseOccurrences.Occurrence> phrases, List<TermMatch> matches)
    {
        var before = matches.Count;
        foreach (var phrase in phrases)
        {
            foreach (var term in _fromReference[phrase.Phrase])
            {
                matches.Add(new TermMatch(term, phrase.Length, Matcher));
            }
        }

        return matches.Count - before;
    }

    /// <summary>Adds what matches some phrases of the reference with its first column in the candidate: the shortest first, then in the table's order.</summary>
    public void AddFromCandidate(ReadOnlySpan<PhraseOccurrences.Occurrence> phrases, List<TermMatch> matches)
    {
        _found.Clear();
        foreach (var phrase in phrases)
        {
            foreach (var place in _fromCandidate[phrase.Phrase])
            {
                var (term, rank) = _firsts[place];
                _found.Add((terms[term].Length, term, rank, phrase.Length));
            }
        }

        _found.Sort();
        foreach (var (_, term, _, referenceLength) in _found)
        {
            matches.Add(new TermMatch(term, referenceLength, Matcher));
        }
    }

    private void FindFromReference(int first)
    {
        _lists.Find(first, _inCandidate, _entries);
        foreach (var (_, second) in _entries)
        {
            _fromReference.Add(first, terms.OfPhrase(second));
        }
    }

    private void FindFromCandidate(int first)
    {
        _lists.Find(first, _inReference, _entries);
        foreach (var (rank, second) in _entries)
        {
            _fromCandidate.Add(second, _firsts.Count);
            _firsts.Add((terms.OfPhrase(first), rank));
        }
    }
}
