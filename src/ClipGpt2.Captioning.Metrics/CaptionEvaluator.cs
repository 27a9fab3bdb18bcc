using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>Scores a corpus with several metrics.</summary>
/// <remarks>Immutable; safe for several threads. The corpus is tokenized once for all metrics.</remarks>
public sealed class CaptionEvaluator
{
    /// <summary>Creates an evaluator.</summary>
    /// <param name="metrics">The metrics, in the order in which results show them.</param>
    /// <exception cref="CaptioningException">There is no metric.</exception>
    public CaptionEvaluator(IReadOnlyList<ICaptionMetric> metrics)
    {
        if (metrics.Count == 0)
        {
            throw new CaptioningException("An evaluator needs at least one metric; CaptionEvaluator.Standard() has the usual ones.");
        }

        Metrics = [.. metrics];
    }

    /// <summary>The metrics.</summary>
    public IReadOnlyList<ICaptionMetric> Metrics { get; }

    /// <summary>The metrics that papers report: BLEU-1 to 4, METEOR, ROUGE-L and CIDEr.</summary>
    /// <param name="meteor">METEOR's options; null for exact and stem matches, which need no data.</param>
    public static CaptionEvaluator Standard(MeteorOptions? meteor = null) =>
        new([new BleuMetric(), new MeteorMetric(meteor), new RougeLMetric(), new CiderMetric()]);

    /// <summary>The same evaluator with one more metric.</summary>
    /// <param name="metric">The metric, of this library or the host's own.</param>
    public CaptionEvaluator With(ICaptionMetric metric) => new([.. Metrics, metric]);

    /// <summary>Scores a corpus.</summary>
    /// <param name="corpus">The captions.</param>
    /// <param name="token">Ends the work early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="CaptioningException">A metric gave no figure for each image, or two scores have the same key.</exception>
    public EvaluationResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var results = new List<MetricResult>(Metrics.Count);
        foreach (var metric in Metrics)
        {
            token.ThrowIfCancellationRequested();
            results.Add(metric.Evaluate(corpus, token));
        }

        return new EvaluationResult(corpus, results);
    }
}
