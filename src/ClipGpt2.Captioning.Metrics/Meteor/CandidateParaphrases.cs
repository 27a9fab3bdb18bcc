namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The entries of the table of paraphrases whose first column stands in the candidate, found by their second column.</summary>
internal sealed class CandidateParaphrases(ParaphraseTable? table, TestTerms terms)
{
    private readonly List<(int Term, int[] Seconds)> _entries = [];
    private readonly HashSet<int> _inReference = [];
    private readonly List<(int Term, int Rank)> _places = [];
    private readonly IntMultimap _placesOfSecond = new();
    private readonly List<(int TestLength, int Term, int Rank, int ReferenceLength)> _found = [];

    /// <summary>Takes up the terms of a new candidate.</summary>
    public void Read()
    {
        _entries.Clear();
        for (var term = 0; term < terms.Count; term++)
        {
            if (terms[term].Phrase is >= 0 and var phrase)
            {
                _entries.Add((term, table!.ParaphrasesOf(phrase)));
            }
        }
    }

    /// <summary>Keeps the entries whose second column stands in a reference.</summary>
    public void Choose(PhraseOccurrences reference)
    {
        _inReference.Clear();
        _places.Clear();
        _placesOfSecond.Clear();
        foreach (var phrase in reference.All)
        {
            _inReference.Add(phrase.Phrase);
        }

        foreach (var (term, seconds) in _inReference.Count > 0 ? _entries : [])
        {
            for (var rank = 0; rank < seconds.Length; rank++)
            {
                if (_inReference.Contains(seconds[rank]))
                {
                    _placesOfSecond.Add(seconds[rank], _places.Count);
                    _places.Add((term, rank));
                }
            }
        }
    }

    /// <summary>Adds the terms with a paraphrase among some phrases of the reference: the shortest first, then in the table's order.</summary>
    public void AddMatches(ReadOnlySpan<PhraseOccurrences.Occurrence> phrases, List<TermMatch> matches)
    {
        _found.Clear();
        foreach (var phrase in phrases)
        {
            foreach (var place in _placesOfSecond[phrase.Phrase])
            {
                var (term, rank) = _places[place];
                _found.Add((terms[term].Length, term, rank, phrase.Length));
            }
        }

        _found.Sort();
        foreach (var (_, term, _, referenceLength) in _found)
        {
            matches.Add(new TermMatch(term, referenceLength, 3));
        }
    }
}
