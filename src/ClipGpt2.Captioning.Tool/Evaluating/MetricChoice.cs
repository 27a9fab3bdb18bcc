using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>The metrics that <c>--metrics</c> names, separated by commas, and what some of them need.</summary>
internal sealed record MetricChoice(string Names)
{
    public const string Standard = "bleu,meteor,rouge,cider";

    public const string Description = "bleu, meteor, rouge, cider, diversity, bertscore, clipscore; separated by commas.";

    private static readonly string[] Known = ["bleu", "meteor", "rouge", "cider", "diversity", "bertscore", "clipscore"];

    /// <summary>METEOR's data, or null for words and stems alone.</summary>
    public string? MeteorDataPath { get; init; }

    /// <summary>The folder or id of BERTScore's model.</summary>
    public string? BertModel { get; init; }

    /// <summary>The layer of BERTScore's model; null for the reference's choice for its shape.</summary>
    public int? BertLayer { get; init; }

    /// <summary>The folder or id of CLIPScore's model.</summary>
    public string? ClipModel { get; init; }

    /// <summary>The picture of an image, or null where there is none.</summary>
    public Func<string, string?> Picture { get; init; } = _ => null;

    /// <exception cref="CaptioningException">A name isn't known, what a metric needs isn't given, or a file can't be read.</exception>
    public CaptionEvaluator Create()
    {
        var chosen = Names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => name.ToLowerInvariant()).Distinct().ToList();
        var unknown = chosen.Except(Known).ToList();
        return unknown.Count == 0 && chosen.Count > 0
            ? new CaptionEvaluator(chosen.ConvertAll(Create))
            : throw new CaptioningException($"--metrics: '{string.Join("', '", unknown)}' isn't known; give some of {string.Join(", ", Known)}, separated by commas.");
    }

    private ICaptionMetric Create(string name) => name switch
    {
        "bleu" => new BleuMetric(),
        "meteor" => new MeteorMetric(new MeteorOptions { Data = MeteorDataPath is null ? null : MeteorData.Load(MeteorDataPath) }),
        "rouge" => new RougeLMetric(),
        "cider" => new CiderMetric(),
        "bertscore" => BertScore(),
        "clipscore" => ClipScore(),
        _ => new DiversityMetric(),
    };

    private BertScoreMetric BertScore()
    {
        using var folder = ModelFolder.Open(BertModel ?? throw new CaptioningException("BERTScore needs a model: name a folder or id of RoBERTa or BERT with --bertscore-model."));
        return BertScoreMetric.Load(folder, new BertScoreOptions { Layer = BertLayer });
    }

    private ClipScoreMetric ClipScore()
    {
        using var folder = ModelFolder.Open(ClipModel ?? throw new CaptioningException("CLIPScore needs a model: name a folder or id of CLIP with --clip-model."));
        return ClipScoreMetric.Load(
            folder,
            image => Picture(image.Id) ?? throw new CaptioningException($"CLIPScore needs the picture of image {image.Id}: name the folder with --images, and the file in the references."));
    }
}
