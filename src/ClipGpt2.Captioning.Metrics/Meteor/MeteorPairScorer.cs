namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Aligns candidates with references and counts what matches. Keeps room to work in; one for each thread.</summary>
internal sealed class MeteorPairScorer
{
    private readonly MeteorCaptions _captions;
    private readonly MeteorLexicon _lexicon;
    private readonly MeteorOptions _options;
    private readonly MeteorMatchFinder _finder;

    public MeteorPairScorer(MeteorCaptions captions, MeteorLexicon lexicon, MeteorMatchers matchers, ParaphraseTable? paraphrases, MeteorOptions options)
    {
        (_captions, _lexicon, _options) = (captions, lexicon, options);
        _finder = new MeteorMatchFinder(lexicon, matchers, paraphrases);
        Aligner = new MeteorAligner(_finder, options.BeamSize);
    }

    /// <summary>The last pair's alignment.</summary>
    public MeteorAligner Aligner { get; }

    /// <summary>The counts of an image's candidate with the reference that gives the highest score, the first of equal ones.</summary>
    public MeteorStatistics Best(int image)
    {
        _finder.Read(_captions.Candidates[image]);
        var best = new MeteorStatistics();
        var bestScore = double.NegativeInfinity;
        for (var reference = _captions.ReferenceStarts[image]; reference < _captions.ReferenceStarts[image + 1]; reference++)
        {
            var statistics = Score(_captions.Candidates[image], _captions.References[reference]);
            var score = statistics.Figures(_options).Score;
            if (score > bestScore)
            {
                (best, bestScore) = (statistics, score);
            }
        }

        return best;
    }

    private MeteorStatistics Score(ReadOnlySpan<int> test, ReadOnlySpan<int> reference)
    {
        _finder.Find(test, reference);
        Aligner.Align(reference.Length);
        var statistics = new MeteorStatistics
        {
            TestLength = test.Length,
            ReferenceLength = reference.Length,
            TestFunctionWords = FunctionWords(test),
            ReferenceFunctionWords = FunctionWords(reference),
            Chunks = Aligner.Chunks,
        };
        foreach (var match in Aligner.Chosen)
        {
            var testFunction = FunctionWords(test.Slice(match.TestStart, match.TestLength));
            var referenceFunction = FunctionWords(reference.Slice(match.ReferenceStart, match.ReferenceLength));
            statistics.TestFunction[match.Matcher] += testFunction;
            statistics.TestContent[match.Matcher] += match.TestLength - testFunction;
            statistics.ReferenceFunction[match.Matcher] += referenceFunction;
            statistics.ReferenceContent[match.Matcher] += match.ReferenceLength - referenceFunction;
        }

        return statistics;
    }

    private int FunctionWords(ReadOnlySpan<int> words)
    {
        var count = 0;
        foreach (var word in words)
        {
            count += _lexicon.IsFunction(word) ? 1 : 0;
        }

        return count;
    }
}
