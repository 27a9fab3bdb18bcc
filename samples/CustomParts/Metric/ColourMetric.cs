using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;

namespace CustomParts.Metric;

/// <summary>An own metric: the share of the colours that references name and a candidate names too.</summary>
/// <param name="colours">The words that are colours.</param>
internal sealed class ColourMetric(IReadOnlyList<string> colours) : ICaptionMetric
{
    /// <summary>The key of the score.</summary>
    public const string Key = "colours";

    /// <summary>The metric by its name, for <c>CaptionMetrics</c>.</summary>
    public static CaptionMetricKind Kind { get; } = new(Key, _ => new ColourMetric(ColourCards.Names));

    public string Name => "Colours";

    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var perImage = corpus.Images.Select(Score).ToList();
        return new MetricResult(Name, [new MetricScore(Key, perImage.Average(), perImage)]);
    }

    private double Score(CaptionedImage image)
    {
        var named = image.References.SelectMany(Find).ToHashSet();
        return named.Count == 0 ? 1 : (double)named.Intersect(Find(image.Candidate)).Count() / named.Count;
    }

    private IEnumerable<string> Find(string caption) => colours.Intersect(caption.ToLowerInvariant().Split(' ', '.', ','));
}
