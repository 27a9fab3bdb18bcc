namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>The 1-grams to 4-grams of a corpus's words, counted.</summary>
internal sealed class NgramCorpus
{
    public const int Longest = 4;

    private NgramCorpus(NgramIndex index, NgramLists[] candidates, NgramLists[] references, int[] distinct)
    {
        Index = index;
        Candidates = candidates;
        References = references;
        Distinct = distinct;
    }

    /// <summary>The numbers of all n-grams.</summary>
    public NgramIndex Index { get; }

    /// <summary>By n-gram length less one.</summary>
    public NgramLists[] Candidates { get; }

    /// <summary>By n-gram length less one.</summary>
    public NgramLists[] References { get; }

    /// <summary>How many different n-grams of each length there are: their numbers are below this.</summary>
    public int[] Distinct { get; }

    public static NgramCorpus Of(TokenizedCorpus corpus)
    {
        var (candidates, references) = (new NgramLists[Longest], new NgramLists[Longest]);
        var tables = new NgramTable[Longest - 1];
        var distinct = new int[Longest];
        var (candidateIds, referenceIds) = ((int[])corpus.CandidateWords.Tokens.Clone(), (int[])corpus.ReferenceWords.Tokens.Clone());
        distinct[0] = corpus.Vocabulary.Count;
        for (var n = 0; n < Longest; n++)
        {
            if (n > 0)
            {
                var table = new NgramTable(distinct[n - 1]);
                Lengthen(corpus.ReferenceWords, referenceIds, n, table);
                Lengthen(corpus.CandidateWords, candidateIds, n, table);
                (tables[n - 1], distinct[n]) = (table, table.Count);
            }

            candidates[n] = Count(corpus.CandidateWords, candidateIds, n);
            references[n] = Count(corpus.ReferenceWords, referenceIds, n);
        }

        return new NgramCorpus(new NgramIndex(corpus.Vocabulary, tables), candidates, references, distinct);
    }

    /// <summary>Replaces the number of the n-gram that starts at each place by that of the one a word longer.</summary>
    private static void Lengthen(TokenLists words, int[] ids, int n, NgramTable table)
    {
        for (var caption = 0; caption < words.Count; caption++)
        {
            for (var i = words.Starts[caption]; i < words.Starts[caption + 1] - n; i++)
            {
                ids[i] = table.Intern(ids[i], words.Tokens[i + n]);
            }
        }
    }

    private static NgramLists Count(TokenLists words, int[] ids, int n)
    {
        var (sorted, counts, lengths) = ((int[])ids.Clone(), new int[ids.Length], new int[words.Count]);
        Batches.For(words.Count, caption =>
        {
            var start = words.Starts[caption];
            var length = Math.Max(0, words.Starts[caption + 1] - start - n);
            lengths[caption] = RunLengths.Encode(sorted.AsSpan(start, length), counts.AsSpan(start, length));
        });
        return new NgramLists(sorted, counts, words.Starts, lengths);
    }
}
