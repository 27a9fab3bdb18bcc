using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>CLIPScore and RefCLIPScore (Hessel et al., 2021): how well a caption fits its picture, and the references, in CLIP's eyes.</summary>
/// <remarks>
/// Follows clipscore's <c>get_clip_score</c> and <c>get_refonlyclipscore</c> in float32. Key <c>clipscore</c>: the weighted cosine of picture and caption,
/// at least 0. Key <c>refclipscore</c>: the harmonic mean of that and of the caption's best cosine with a reference; the cosine isn't cut off at 0, so that
/// the mean may be negative, and is ill-conditioned where the two add up to nearly 0 (NaN for exactly 0). A corpus's figures are the means. Captions are
/// taken as they are, whatever the corpus's tokenization. Each distinct text is encoded once in a call. Safe for several threads.
/// </remarks>
public sealed class ClipScoreMetric : ICaptionMetric, IDisposable
{
    private readonly IImageEncoder _imageEncoder;
    private readonly ITextEncoder _textEncoder;
    private readonly ClipEmbeddings _embeddings;
    private readonly Func<CaptionedImage, ImageSource> _pictureOf;
    private readonly double _weight;
    private readonly string _prompt;
    private readonly bool _owner;

    /// <summary>Creates the metric over encoders that are loaded already, such as a captioner's.</summary>
    /// <param name="imageEncoder">Encodes the pictures; it stays the caller's.</param>
    /// <param name="textEncoder">Encodes the texts into the same space; it stays the caller's.</param>
    /// <param name="pictureOf">Finds an image's picture, by its id.</param>
    /// <param name="options">Null for the paper's.</param>
    /// <exception cref="CaptioningException">An option is wrong, or the encoders don't belong together.</exception>
    public ClipScoreMetric(IImageEncoder imageEncoder, ITextEncoder textEncoder, Func<CaptionedImage, ImageSource> pictureOf, ClipScoreOptions? options = null)
        : this(imageEncoder, textEncoder, pictureOf, options ?? new(), owner: false)
    {
    }

    private ClipScoreMetric(IImageEncoder imageEncoder, ITextEncoder textEncoder, Func<CaptionedImage, ImageSource> pictureOf, ClipScoreOptions options, bool owner)
    {
        options.Validate();
        if (imageEncoder.Features != new FeatureShape(textEncoder.EmbeddingDimension))
        {
            throw new CaptioningException(
                $"The image encoder gives {imageEncoder.Features}, and the text encoder {new FeatureShape(textEncoder.EmbeddingDimension)}: take both from one model, with one vector for a picture.");
        }

        (_imageEncoder, _textEncoder, _pictureOf, _owner) = (imageEncoder, textEncoder, pictureOf, owner);
        (_weight, _prompt) = (options.Weight, options.Prompt);
        _embeddings = new ClipEmbeddings(imageEncoder, textEncoder, options);
    }

    /// <inheritdoc/>
    public string Name => "CLIPScore";

    /// <summary>Loads both towers of a CLIP model.</summary>
    /// <param name="folder">The model's folder with its tokenizer and <c>preprocessor_config.json</c>, such as clip-vit-base-patch32; it isn't needed afterwards.</param>
    /// <param name="pictureOf">Finds an image's picture, by its id.</param>
    /// <param name="options">Null for the paper's.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The metric; dispose it.</returns>
    /// <exception cref="CaptioningException">An option is wrong, or a file is missing or damaged.</exception>
    public static ClipScoreMetric Load(ModelFolder folder, Func<CaptionedImage, ImageSource> pictureOf, ClipScoreOptions? options = null, ComputeOptions? compute = null) =>
        Create(() => ClipImageEncoder.Load(folder, compute), () => ClipTextEncoder.Load(folder, compute), pictureOf, options);

    /// <summary>Loads both towers of a CLIP model in any form: see <c>docs/checkpoints.md</c>.</summary>
    /// <param name="path">A folder in Hugging Face's or OpenCLIP's form with its tokenizer, or the id of one in the cache on disk.</param>
    /// <param name="pictureOf">Finds an image's picture, by its id.</param>
    /// <param name="options">Null for the paper's.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <returns>The metric; dispose it.</returns>
    /// <exception cref="CaptioningException">An option is wrong, or a file is missing or damaged.</exception>
    public static ClipScoreMetric FromPretrained(
        string path, Func<CaptionedImage, ImageSource> pictureOf, ClipScoreOptions? options = null, ComputeOptions? compute = null, ModelSearchOptions? search = null) =>
        Create(() => ClipImageEncoder.FromPretrained(path, compute, search: search), () => ClipTextEncoder.FromPretrained(path, compute, search: search), pictureOf, options);

    private static ClipScoreMetric Create(Func<ClipImageEncoder> loadImages, Func<ClipTextEncoder> loadTexts, Func<CaptionedImage, ImageSource> pictureOf, ClipScoreOptions? options)
    {
        options ??= new();
        options.Validate();
        var images = loadImages();
        ClipTextEncoder? texts = null;
        try
        {
            texts = loadTexts();
            return new ClipScoreMetric(images, texts, pictureOf, options, owner: true);
        }
        catch
        {
            texts?.Dispose();
            images.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var cosines = Compare(corpus, token);
        var scores = Array.ConvertAll(cosines.Picture, cosine => (float)_weight * Math.Max(cosine, 0));
        var withReferences = scores.Zip(cosines.BestReference, (score, cosine) => 2 * score * cosine / (score + cosine));
        return new MetricResult(Name, [Mean("clipscore", scores), Mean("refclipscore", withReferences)]);
    }

    /// <summary>What the scores are made of.</summary>
    /// <returns>For each image the cosine of picture and candidate, and the best of candidate and reference.</returns>
    internal (float[] Picture, float[] BestReference) Compare(CaptionCorpus corpus, CancellationToken token)
    {
        var images = corpus.Images;
        var texts = _embeddings.OfTexts(images.SelectMany(image => image.References.Append(image.Candidate)).Select(caption => _prompt + caption), token);
        var pictures = _embeddings.OfPictures(images, _pictureOf, token);
        var toPicture = new float[images.Count];
        var toReference = new float[images.Count];
        for (var i = 0; i < images.Count; i++)
        {
            var candidate = texts[_prompt + images[i].Candidate];
            toPicture[i] = UnitVectors.Cosine(pictures[i], candidate);
            toReference[i] = images[i].References.Max(reference => UnitVectors.Cosine(candidate, texts[_prompt + reference]));
        }

        return (toPicture, toReference);
    }

    /// <summary>Frees the encoders that <see cref="Load"/> loaded.</summary>
    public void Dispose()
    {
        if (_owner)
        {
            _imageEncoder.Dispose();
            _textEncoder.Dispose();
        }
    }

    private static MetricScore Mean(string key, IEnumerable<float> scores)
    {
        double[] perImage = [.. scores.Select(score => (double)score)];
        return new MetricScore(key, perImage.Average(), perImage);
    }
}
