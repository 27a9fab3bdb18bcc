using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>A metric that <see cref="CaptionMetrics"/> knows by name.</summary>
/// <param name="name">What configurations and command lines call it.</param>
/// <param name="create">Creates it.</param>
public sealed class CaptionMetricKind(string name, Func<CaptionMetricContext, ICaptionMetric> create)
{
    /// <summary>What configurations and command lines call it.</summary>
    public string Name { get; } = name;

    /// <summary>The keys of its figures, the one that rewards a caption last.</summary>
    /// <value>The default is the name alone.</value>
    public IReadOnlyList<string> Keys { get; init; } = [name];

    /// <summary>What of the context it can't do without, or heeds.</summary>
    /// <value>The default is nothing.</value>
    public CaptionMetricNeeds Needs { get; init; }

    /// <summary>Whether its figure of one caption is the higher the better the caption, so that captions can be rewarded by it.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool IsReward { get; init; } = true;

    /// <summary>Whether it is the one that the trainer rewards captions by where it is given none.</summary>
    internal bool IsTrainersReward { get; init; }

    /// <summary>Creates the metric; dispose it, if it can be.</summary>
    /// <param name="context">What metrics are created with.</param>
    /// <returns>The metric.</returns>
    /// <exception cref="CaptioningException">What the metric needs isn't there, or a file is damaged.</exception>
    public ICaptionMetric Create(CaptionMetricContext context) => create(context);
}

/// <summary>What a metric takes out of its <see cref="CaptionMetricContext"/>.</summary>
[Flags]
public enum CaptionMetricNeeds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The pictures: <see cref="CaptionMetricContext.PictureOf"/>. Such a metric judges pictures, each once, not single captions.</summary>
    Pictures = 1,

    /// <summary>METEOR's data, where there is some: <see cref="CaptionMetricContext.Meteor"/>.</summary>
    MeteorData = 2,

    /// <summary>CIDEr's document frequencies, where there are some: <see cref="CaptionMetricContext.DocumentFrequencies"/>.</summary>
    DocumentFrequencies = 4,

    /// <summary>A model of texts: <see cref="CaptionMetricContext.BertModel"/>.</summary>
    BertModel = 8,

    /// <summary>A model of pictures and texts: <see cref="CaptionMetricContext.ClipModel"/>.</summary>
    ClipModel = 16,
}
