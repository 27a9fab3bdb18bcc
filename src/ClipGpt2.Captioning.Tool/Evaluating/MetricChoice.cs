using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Fetching;

namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>The metrics that <c>--metrics</c> names, separated by commas, and what some of them need.</summary>
internal sealed record MetricChoice(string Names)
{
    public const string Standard = "bleu,meteor,rouge,cider";

    public const string Description = "bleu, meteor, rouge, cider, diversity, bertscore, clipscore; separated by commas.";

    private static readonly Dictionary<string, CaptionMetricKind> Known = Enum.GetValues<CaptionMetricKind>().ToDictionary(kind => kind.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>METEOR's data, or null for words and stems alone.</summary>
    public string? MeteorDataPath { get; init; }

    /// <summary>A file of CIDEr's document frequencies, or null for those of the measured images.</summary>
    public string? DocumentFrequenciesPath { get; init; }

    /// <summary>The folder or id of BERTScore's model.</summary>
    public string? BertModel { get; init; }

    /// <summary>The layer of BERTScore's model; null for the reference's choice for its shape.</summary>
    public int? BertLayer { get; init; }

    /// <summary>The folder or id of CLIPScore's model.</summary>
    public string? ClipModel { get; init; }

    /// <summary>The picture of an image, or null where there is none.</summary>
    public Func<string, string?> Picture { get; init; } = _ => null;

    /// <summary>How CLIPScore's pictures are decoded.</summary>
    public ImageDecodingOptions ImageDecoding { get; init; } = new();

    /// <summary>Where the models compute.</summary>
    public ComputeOptions Compute { get; init; } = new();

    /// <exception cref="CaptioningException">A name isn't known, what a metric needs isn't given, or a file can't be read.</exception>
    public CaptionEvaluator Create()
    {
        var chosen = Names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var unknown = chosen.Where(name => !Known.ContainsKey(name)).ToList();
        if (unknown.Count > 0 || chosen.Count == 0)
        {
            throw new CaptioningException($"--metrics: '{string.Join("', '", unknown)}' isn't known; give some of {Description}");
        }

        var kinds = chosen.ConvertAll(name => Known[name]);
        ThrowIfMissing(kinds, CaptionMetricKind.BertScore, BertModel, "BERTScore needs a model: name a folder or id of RoBERTa or BERT with --bertscore-model.");
        ThrowIfMissing(kinds, CaptionMetricKind.ClipScore, ClipModel, "CLIPScore needs a model: name a folder or id of CLIP with --clip-model.");
        var metrics = new NamedMetrics
        {
            Meteor = MeteorDataPath is null || !kinds.Contains(CaptionMetricKind.Meteor) ? null : MeteorData.Load(MeteorDataPath),
            DocumentFrequencies = DocumentFrequenciesPath is null || !kinds.Contains(CaptionMetricKind.Cider) ? null : CiderDocumentFrequencies.Load(DocumentFrequenciesPath),
            BertModel = BertModel ?? "",
            BertLayer = BertLayer,
            ClipModel = ClipModel ?? "",
            ModelSearch = LocalModels.Search(),
            ImageDecoding = ImageDecoding,
            Compute = Compute,
            PictureOf = image => Picture(image.Id) ?? throw new CaptioningException($"CLIPScore needs the picture of image {image.Id}: name the folder with --images, and the file in the references."),
        };
        return new CaptionEvaluator(kinds.ConvertAll(metrics.Create));
    }

    private static void ThrowIfMissing(List<CaptionMetricKind> chosen, CaptionMetricKind metric, string? model, string message)
    {
        if (chosen.Contains(metric) && model is null)
        {
            throw new CaptioningException(message);
        }
    }
}
