using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>What metrics are created with.</summary>
public sealed class CaptionMetricContext
{
    /// <summary>METEOR's data, which stays the caller's; null for words and stems alone.</summary>
    public MeteorData? Meteor { get; init; }

    /// <summary>CIDEr's document frequencies; null for those of the corpus.</summary>
    public CiderDocumentFrequencies? DocumentFrequencies { get; init; }

    /// <summary>The folder or id of the model of texts (RoBERTa or BERT); empty where there is none.</summary>
    public string BertModel { get; init; } = "";

    /// <summary>The layer of that model; null for the reference's choice for its shape.</summary>
    public int? BertLayer { get; init; }

    /// <summary>The folder or id of the model of pictures and texts (CLIP); empty where there is none.</summary>
    public string ClipModel { get; init; } = "";

    /// <summary>Finds an image's picture; without pictures it throws.</summary>
    public Func<CaptionedImage, ImageSource> PictureOf { get; init; } = image => throw new CaptioningException($"There is no picture of image {image.Id}, which a metric needs.");

    /// <summary>How pictures are decoded.</summary>
    public ImageDecodingOptions ImageDecoding { get; init; } = new();

    /// <summary>Where model ids are looked up; null for the defaults.</summary>
    public ModelSearchOptions? ModelSearch { get; init; }

    /// <summary>Where and how the models compute; null for float32 on the CPU.</summary>
    public ComputeOptions? Compute { get; init; }
}
