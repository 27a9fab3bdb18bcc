using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>Creates metrics by their names, with what some of them need.</summary>
internal sealed record NamedMetrics
{
    /// <summary>METEOR's data, which stays the caller's; null for words and stems alone.</summary>
    public MeteorData? Meteor { get; init; }

    /// <summary>CIDEr's document frequencies; null for those of the corpus.</summary>
    public CiderDocumentFrequencies? DocumentFrequencies { get; init; }

    /// <summary>The folder or id of BERTScore's model.</summary>
    public string BertModel { get; init; } = "";

    /// <summary>The layer of BERTScore's model; null for the reference's choice for its shape.</summary>
    public int? BertLayer { get; init; }

    /// <summary>The folder or id of CLIPScore's model.</summary>
    public string ClipModel { get; init; } = "";

    /// <summary>Finds an image's picture for CLIPScore.</summary>
    public Func<CaptionedImage, ImageSource> PictureOf { get; init; } = image => throw new CaptioningException($"CLIPScore has no picture of image {image.Id}.");

    /// <summary>How CLIPScore's pictures are decoded.</summary>
    public ImageDecodingOptions ImageDecoding { get; init; } = new();

    /// <summary>Where model ids are looked up; null for the defaults.</summary>
    public ModelSearchOptions? ModelSearch { get; init; }

    /// <summary>Where and how the models compute; null for float32 on the CPU.</summary>
    public ComputeOptions? Compute { get; init; }

    /// <summary>The keys of a metric's figures.</summary>
    public static IReadOnlyList<string> KeysOf(CaptionMetricKind metric) => metric switch
    {
        CaptionMetricKind.Bleu => ["bleu_1", "bleu_2", "bleu_3", "bleu_4"],
        CaptionMetricKind.Meteor => ["meteor"],
        CaptionMetricKind.Rouge => ["rouge_l"],
        CaptionMetricKind.Cider => ["cider"],
        CaptionMetricKind.Diversity => ["length"],
        CaptionMetricKind.BertScore => ["bertscore_p", "bertscore_r", "bertscore_f"],
        _ => ["clipscore", "refclipscore"],
    };

    /// <summary>Creates a metric; dispose it, if it can be.</summary>
    /// <exception cref="CaptioningException">A file is missing or damaged, or a model is of another kind.</exception>
    public ICaptionMetric Create(CaptionMetricKind metric) => metric switch
    {
        CaptionMetricKind.Bleu => new BleuMetric(),
        CaptionMetricKind.Meteor => new MeteorMetric(new MeteorOptions { Data = Meteor }),
        CaptionMetricKind.Rouge => new RougeLMetric(),
        CaptionMetricKind.Cider => new CiderMetric(new CiderOptions { DocumentFrequencies = DocumentFrequencies }),
        CaptionMetricKind.Diversity => new DiversityMetric(),
        CaptionMetricKind.BertScore => FromModel(BertModel, folder => BertScoreMetric.Load(folder, new BertScoreOptions { Layer = BertLayer }, Compute)),
        _ => ClipScoreMetric.FromPretrained(ClipModel, PictureOf, new ClipScoreOptions { ImageDecoding = ImageDecoding }, compute: Compute, search: ModelSearch),
    };

    private T FromModel<T>(string model, Func<ModelFolder, T> load)
    {
        using var folder = ModelFolder.Open(model, ModelSearch);
        return load(folder);
    }
}
