namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>METEOR 1.5 (Denkowski and Lavie, 2014) as pycocoevalcap runs it (<c>-l en -norm</c>).</summary>
/// <remarks>
/// An image's figure is that of its best reference. The corpus's is computed from summed counts, not from the images' figures. Without METEOR's data
/// (<see cref="MeteorData"/>) words match exactly or by their stems only, and the name says so. Key: <c>meteor</c>.
/// </remarks>
public sealed class MeteorMetric : ICaptionMetric
{
    private static readonly (MeteorMatchers Matcher, string Name)[] Names =
    [
        (MeteorMatchers.Exact, "exact"), (MeteorMatchers.Stem, "stem"), (MeteorMatchers.Synonym, "synonym"), (MeteorMatchers.Paraphrase, "paraphrase"),
    ];

    private readonly MeteorOptions _options;
    private readonly MeteorMatchers _matchers;

    /// <summary>Creates the metric.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CaptioningException">Options are wrong; the message names all of them.</exception>
    public MeteorMetric(MeteorOptions? options = null)
    {
        _options = options ?? new MeteorOptions();
        _options.Validate();
        _matchers = (_options.Matchers ?? Data.Matchers) | MeteorMatchers.Exact;
    }

    /// <inheritdoc/>
    public string Name => Names.All(n => _matchers.HasFlag(n.Matcher))
        ? "METEOR"
        : $"METEOR ({string.Join(", ", Names.Where(n => _matchers.HasFlag(n.Matcher)).Select(n => n.Name))})";

    private MeteorData Data => _options.Data ?? MeteorData.BuiltIn;

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var statistics = Statistics(corpus, token);
        var perImage = Array.ConvertAll(statistics, s => s.Figures(_options).Score);
        double Score(IEnumerable<MeteorStatistics> images) => MeteorStatistics.Sum(images).Figures(_options).Score;
        return new MetricResult(Name, [new MetricScore("meteor", Score(statistics), perImage, images => Score(images.Select(i => statistics[i])))]);
    }

    /// <summary>The counts of each image's best reference.</summary>
    internal MeteorStatistics[] Statistics(CaptionCorpus corpus, CancellationToken token)
    {
        var captions = MeteorCaptions.Of(corpus.Tokens, _options);
        var lexicon = new MeteorLexicon(captions.Words, Data, _matchers);
        var statistics = new MeteorStatistics[captions.Candidates.Count];
        var paraphrases = _matchers.HasFlag(MeteorMatchers.Paraphrase) ? Data.Paraphrases : null;
        Batches.For(
            statistics.Length,
            () => new MeteorPairScorer(captions, lexicon, _matchers, paraphrases, _options),
            (image, scorer) => statistics[image] = scorer.Best(image),
            token);
        return statistics;
    }
}
