namespace ClipGpt2.Captioning.Metrics;

/// <summary>Scores candidate captions against references.</summary>
/// <remarks>
/// An implementation holds its settings and data but nothing of a corpus: it may be used again, and by several threads at once.
/// It takes any text; what it can't score is a <see cref="CaptioningException"/> that names the image.
/// </remarks>
public interface ICaptionMetric
{
    /// <summary>The metric's name as a table shows it, with what sets it apart: <c>METEOR (exact, stem)</c>.</summary>
    string Name { get; }

    /// <summary>Scores a corpus.</summary>
    /// <param name="corpus">The captions.</param>
    /// <param name="token">Ends the work early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>At least one score, with one figure for each image in the corpus's order.</returns>
    MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default);
}
