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

    private static readonly CaptionMetrics Known = new();

    /// <summary>All metrics, as help and errors list them.</summary>
    public static string Description { get; } = Listed(Known.Kinds);

    /// <summary>Those that do without pictures.</summary>
    public static string WithoutPictures { get; } = Listed(Known.Kinds.Where(kind => !kind.Needs.HasFlag(CaptionMetricNeeds.Pictures)));

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
        var kinds = Chosen();
        Need(kinds, CaptionMetricNeeds.BertModel, BertModel, "name a folder or id of RoBERTa or BERT with --bertscore-model");
        Need(kinds, CaptionMetricNeeds.ClipModel, ClipModel, "name a folder or id of CLIP with --clip-model");
        var context = new CaptionMetricContext
        {
            Meteor = MeteorDataPath is { } data && IsUsed(kinds, CaptionMetricNeeds.MeteorData) ? MeteorData.Load(data) : null,
            DocumentFrequencies = DocumentFrequenciesPath is { } file && IsUsed(kinds, CaptionMetricNeeds.DocumentFrequencies) ? CiderDocumentFrequencies.Load(file) : null,
            BertModel = BertModel ?? "",
            BertLayer = BertLayer,
            ClipModel = ClipModel ?? "",
            ModelSearch = LocalModels.Search(),
            ImageDecoding = ImageDecoding,
            Compute = Compute,
            PictureOf = image => Picture(image.Id) ?? throw new CaptioningException($"There is no picture of image {image.Id}, which a metric needs: name the folder with --images, and the file in the references."),
        };
        return new CaptionEvaluator(kinds.ConvertAll(kind => kind.Create(context)));
    }

    private static string Listed(IEnumerable<CaptionMetricKind> kinds) => $"{string.Join(", ", kinds.Select(kind => kind.Name))}; separated by commas.";

    private static bool IsUsed(List<CaptionMetricKind> kinds, CaptionMetricNeeds needs) => kinds.Exists(kind => kind.Needs.HasFlag(needs));

    private static void Need(List<CaptionMetricKind> kinds, CaptionMetricNeeds needs, string? model, string remedy)
    {
        if (model is null && kinds.Find(kind => kind.Needs.HasFlag(needs)) is { } metric)
        {
            throw new CaptioningException($"The metric {metric.Name} needs a model: {remedy}.");
        }
    }

    private List<CaptionMetricKind> Chosen()
    {
        var names = Names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var unknown = names.Where(name => Known.Kinds.All(kind => !kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).ToList();
        return unknown.Count == 0 && names.Count > 0
            ? names.ConvertAll(name => Known[name])
            : throw new CaptioningException($"--metrics: '{string.Join("', '", unknown)}' isn't known; give some of {Description}");
    }
}
