using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>BERTScore (Zhang et al., 2020): how well the tokens of a caption and of its references match, by the vectors of BERT or RoBERTa.</summary>
/// <remarks>
/// Follows bert_score 0.3.13 (<c>score</c>, <c>greedy_cos_idf</c>). Keys: <c>bertscore_p</c>, <c>bertscore_r</c>, <c>bertscore_f</c>; a corpus's figures
/// are the means. Of several references the best precision, recall and F count, each for itself; rescaling changes the three independently too. An empty
/// caption scores 0 before rescaling; how many there are is in the details <c>empty_candidates</c> and <c>empty_references</c>. Where all of a sentence's
/// weights are 0 (with idf over a single reference), its precision or recall is NaN, as there, and F is 0. Captions are taken as they are, whatever the
/// corpus's tokenization. The vectors of all distinct sentences are kept for the time of a call. Safe for several threads.
/// </remarks>
public sealed class BertScoreMetric : ICaptionMetric, IDisposable
{
    private readonly BertSentenceEncoder _encoder;
    private readonly BertScoreOptions _options;
    private readonly BertScoreBaseline? _baseline;
    private readonly int _layer;

    private BertScoreMetric(BertSentenceEncoder encoder, BertScoreOptions options, BertScoreBaseline? baseline, int layer, string model)
    {
        (_encoder, _options, _baseline, _layer) = (encoder, options, baseline, layer);
        Name = $"BERTScore ({model}, layer {layer}{(options.Idf ? ", idf" : "")}{(baseline is null ? "" : ", rescaled")}{(options.PrefixSpace ? "" : ", no prefix space")})";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Loads the metric's model.</summary>
    /// <param name="folder">A BERT or RoBERTa model with its tokenizer, such as roberta-large; it isn't needed afterwards.</param>
    /// <param name="options">How to compute; null for the layer that bert_score takes, without idf and rescaling.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The metric; dispose it.</returns>
    /// <exception cref="CaptioningException">An option is wrong, a file is damaged, or the baseline file has no line for the layer.</exception>
    public static BertScoreMetric Load(ModelFolder folder, BertScoreOptions? options = null, ComputeOptions? compute = null)
    {
        options = Copy(options ?? new());
        options.Validate();
        var layer = LayerOf(BertConfig.Read(folder.Config), options.Layer);
        var baseline = options.BaselinePath is { } path ? BertScoreBaseline.Read(path, layer) : null;
        var model = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path));
        var tokenizer = LoadTokenizer(folder.Path, options.PrefixSpace);
        return new BertScoreMetric(new(BertEncoder.Load(folder, compute), tokenizer, options.BatchSize), options, baseline, layer, model);
    }

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default) => Evaluate(corpus, _layer, token)[0];

    /// <summary>Scores a corpus by every layer up to the metric's own (<c>all_layers</c>), in one pass through the model.</summary>
    /// <param name="corpus">The captions.</param>
    /// <param name="token">Ends the work early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A result for each layer, from 0 for the embeddings.</returns>
    internal IReadOnlyList<MetricResult> EvaluateLayers(CaptionCorpus corpus, CancellationToken token = default) => Evaluate(corpus, 0, token);

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static BertScoreOptions Copy(BertScoreOptions options) => new()
    {
        Layer = options.Layer,
        Idf = options.Idf,
        IdfSentences = options.IdfSentences is null ? null : [.. options.IdfSentences],
        BaselinePath = options.BaselinePath,
        PrefixSpace = options.PrefixSpace,
        BatchSize = options.BatchSize,
    };

    /// <summary>The layer that bert_score takes for models of this shape; null if it names none.</summary>
    internal static int? UsualLayer(BertConfig config) => (config.CountsFromPadding, config.Transformer.Layers, config.Transformer.HiddenSize) switch
    {
        (true, 12, 768) => 10,
        (true, 24, 1024) => 17,
        (false, 12, 768) => 9,
        (false, 24, 1024) => 18,
        _ => null,
    };

    private static int LayerOf(BertConfig config, int? chosen)
    {
        var layers = config.Transformer.Layers;
        var layer = chosen ?? UsualLayer(config)
            ?? throw new CaptioningException($"bert_score names no layer for a model of this shape: set {nameof(BertScoreOptions)}.{nameof(BertScoreOptions.Layer)}, from 0 to {layers}.");
        return layer <= layers ? layer : throw new CaptioningException($"{nameof(BertScoreOptions)}.{nameof(BertScoreOptions.Layer)} is {layer}, and the model has {layers} layers.");
    }

    internal static TransformerTokenizer LoadTokenizer(string folder, bool prefixSpace) => TransformerTokenizer.FromModelFolder(folder) switch
    {
        RobertaTokenizer => RobertaTokenizer.FromPretrained(folder, options => options.AddPrefixSpace = prefixSpace),
        var tokenizer => tokenizer,
    };

    private IReadOnlyList<MetricResult> Evaluate(CaptionCorpus corpus, int firstLayer, CancellationToken token)
    {
        var sentences = new SentenceTable(corpus, _encoder, _options.IdfSentences);
        var weights = _options.Idf ? TokenWeights.Idf(sentences.IdfTokens) : TokenWeights.Plain(_encoder.Tokenizer);
        var vectors = _encoder.Encode(sentences.Tokens, firstLayer, _layer, token);
        var pairs = new BertScorePairs(sentences, [.. sentences.Tokens.Select(weights.Of)]);
        return [.. vectors.Select((layer, i) => Result(pairs.Score(layer, token), pairs, firstLayer + i))];
    }

    private MetricResult Result(BertScorePairs.Scores scores, BertScorePairs pairs, int layer)
    {
        _baseline?.Rescale(layer, scores);
        return new MetricResult(Name, [Mean("bertscore_p", scores.Precision), Mean("bertscore_r", scores.Recall), Mean("bertscore_f", scores.F)])
        {
            Details = new Dictionary<string, double> { ["layer"] = layer, ["empty_candidates"] = pairs.EmptyCandidates, ["empty_references"] = pairs.EmptyReferences },
        };
    }

    private static MetricScore Mean(string key, double[] scores) => new(key, scores.Average(), scores);
}
