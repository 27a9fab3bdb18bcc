namespace ClipGpt2.Captioning.Metrics;

/// <summary>One figure for a corpus and one for each of its images.</summary>
public sealed class MetricScore
{
    private readonly Func<IReadOnlyList<int>, double>? _aggregate;

    /// <summary>Creates a score.</summary>
    /// <param name="key">The name in tables and files, as <c>bleu_4</c>.</param>
    /// <param name="corpus">The corpus's figure.</param>
    /// <param name="perImage">Each image's, in the corpus's order.</param>
    /// <param name="aggregate">The figure of a choice of images (indices, with repetitions), where that isn't the mean of theirs.</param>
    public MetricScore(string key, double corpus, IReadOnlyList<double> perImage, Func<IReadOnlyList<int>, double>? aggregate = null)
    {
        Key = key;
        Corpus = corpus;
        PerImage = perImage;
        _aggregate = aggregate;
    }

    /// <summary>The name in tables and files.</summary>
    public string Key { get; }

    /// <summary>The corpus's figure.</summary>
    public double Corpus { get; }

    /// <summary>Each image's figure, in the corpus's order.</summary>
    public IReadOnlyList<double> PerImage { get; }

    /// <summary>The figure that a corpus of some of the images would have.</summary>
    /// <remarks>Anew from the images' counts for BLEU and METEOR; the mean for others. CIDEr keeps its document frequencies.</remarks>
    /// <param name="images">Indices of images; an image may come several times.</param>
    public double Aggregate(IReadOnlyList<int> images) => _aggregate is not null ? _aggregate(images) : Mean(images);

    private double Mean(IReadOnlyList<int> images)
    {
        var sum = 0.0;
        foreach (var image in images)
        {
            sum += PerImage[image];
        }

        return images.Count == 0 ? 0 : sum / images.Count;
    }
}
