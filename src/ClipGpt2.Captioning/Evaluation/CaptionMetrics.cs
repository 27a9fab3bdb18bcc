using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>The metrics by the names that configurations and command lines have for them; a host adds its own.</summary>
/// <remarks>Names are the same in small and capital letters. Fill it before it is used; reading is safe from any number of threads.</remarks>
public sealed class CaptionMetrics
{
    internal const string Cider = "cider";
    internal const string BertScore = "bertscore";

    private readonly NameTable<CaptionMetricKind> _kinds = new("metric");

    /// <summary>Creates a registry that holds the library's own metrics.</summary>
    public CaptionMetrics() => Add("bleu", _ => new BleuMetric(), ["bleu_1", "bleu_2", "bleu_3", "bleu_4"])
        .Add("meteor", context => new MeteorMetric(new MeteorOptions { Data = context.Meteor }), needs: CaptionMetricNeeds.MeteorData)
        .Add("rouge", _ => new RougeLMetric(), ["rouge_l"])
        .Add(new CaptionMetricKind(Cider, CreateCider) { Needs = CaptionMetricNeeds.DocumentFrequencies, IsTrainersReward = true })
        .Add(new CaptionMetricKind("diversity", _ => new DiversityMetric()) { Keys = ["length"], IsReward = false })
        .Add(BertScore, LoadBertScore, ["bertscore_p", "bertscore_r", "bertscore_f"], CaptionMetricNeeds.BertModel)
        .Add("clipscore", LoadClipScore, ["clipscore", "refclipscore"], CaptionMetricNeeds.ClipModel | CaptionMetricNeeds.Pictures);

    /// <summary>The metrics in the order in which they were added.</summary>
    public IReadOnlyList<CaptionMetricKind> Kinds => _kinds.Entries;

    /// <summary>Finds a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The metric.</returns>
    /// <exception cref="CaptioningException">No metric has the name; the message lists the known ones.</exception>
    public CaptionMetricKind this[string name] => _kinds[name];

    /// <summary>Adds a metric, or replaces one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="create">Creates it.</param>
    /// <param name="keys">The keys of its figures; null for the name alone.</param>
    /// <param name="needs">What it takes out of the context.</param>
    /// <returns>This registry.</returns>
    public CaptionMetrics Add(string name, Func<CaptionMetricContext, ICaptionMetric> create, IReadOnlyList<string>? keys = null, CaptionMetricNeeds needs = CaptionMetricNeeds.None) =>
        Add(new CaptionMetricKind(name, create) { Keys = keys ?? [name], Needs = needs });

    /// <summary>Adds a metric, or replaces one.</summary>
    /// <param name="kind">The metric.</param>
    /// <returns>This registry.</returns>
    public CaptionMetrics Add(CaptionMetricKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        _kinds.Add(kind.Name, kind);
        return this;
    }

    /// <summary>The metric, or null where none has the name.</summary>
    internal CaptionMetricKind? Find(string name) => _kinds.Find(name);

    private static CiderMetric CreateCider(CaptionMetricContext context) => new(new CiderOptions { DocumentFrequencies = context.DocumentFrequencies });

    private static BertScoreMetric LoadBertScore(CaptionMetricContext context)
    {
        using var folder = ModelFolder.Open(context.BertModel, context.ModelSearch);
        return BertScoreMetric.Load(folder, new BertScoreOptions { Layer = context.BertLayer }, context.Compute);
    }

    private static ClipScoreMetric LoadClipScore(CaptionMetricContext context) => ClipScoreMetric.FromPretrained(
        context.ClipModel, context.PictureOf, new ClipScoreOptions { ImageDecoding = context.ImageDecoding }, compute: context.Compute, search: context.ModelSearch);
}
