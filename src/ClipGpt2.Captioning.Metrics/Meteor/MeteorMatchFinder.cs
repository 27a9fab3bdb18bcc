namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Finds all matches of two captions, by the place in the reference where they start.</summary>
/// <remarks>Keeps room to work in; one for each thread.</remarks>
internal sealed class MeteorMatchFinder(MeteorLexicon lexicon, MeteorMatchers matchers)
{
    private readonly List<MeteorMatch> _matches = [];
    private readonly List<int> _starts = [];

    public ReadOnlySpan<MeteorMatch> All => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_matches);

    /// <summary>The matches that start at a word of the reference, in the order in which the search tries them: by matcher, then by place in the candidate.</summary>
    public ReadOnlySpan<MeteorMatch> StartingAt(int referenceWord) => All[_starts[referenceWord].._starts[referenceWord + 1]];

    public void Find(ReadOnlySpan<int> test, ReadOnlySpan<int> reference, PhraseOccurrences testPhrases, PhraseOccurrences referencePhrases)
    {
        _matches.Clear();
        _starts.Clear();

        // Equal captions match word for word, and nothing else is looked for.
        var active = test.SequenceEqual(reference) ? MeteorMatchers.Exact : matchers;
        for (var j = 0; j < reference.Length; j++)
        {
            _starts.Add(_matches.Count);
            AddExact(test, reference[j], j);
            if (active.HasFlag(MeteorMatchers.Stem))
            {
                AddStems(test, reference[j], j);
            }

            if (active.HasFlag(MeteorMatchers.Synonym))
            {
                AddSynonyms(test, reference[j], j);
            }

            if (active.HasFlag(MeteorMatchers.Paraphrase))
            {
                referencePhrases.AddParaphrases(testPhrases, j, _matches);
            }
        }

        _starts.Add(_matches.Count);
    }

    private void AddExact(ReadOnlySpan<int> test, int word, int j)
    {
        for (var i = 0; i < test.Length; i++)
        {
            if (test[i] == word)
            {
                _matches.Add(new MeteorMatch(j, 1, i, 1, 0));
            }
        }
    }

    private void AddStems(ReadOnlySpan<int> test, int word, int j)
    {
        var stems = lexicon.Stems;
        var stem = stems[word];
        for (var i = 0; i < test.Length; i++)
        {
            if (stems[test[i]] == stem && test[i] != word)
            {
                _matches.Add(new MeteorMatch(j, 1, i, 1, 1));
            }
        }
    }

    private void AddSynonyms(ReadOnlySpan<int> test, int word, int j)
    {
        for (var i = 0; i < test.Length; i++)
        {
            if (test[i] != word && lexicon.AreSynonyms(test[i], word))
            {
                _matches.Add(new MeteorMatch(j, 1, i, 1, 2));
            }
        }
    }
}
