using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace CustomParts;

/// <summary>The kinds of parts that the program knows, and what it makes its captioner of: its own parts, and the library's where it has none.</summary>
internal sealed class OwnKinds
{
    /// <summary>Of which kinds captioners' files may be.</summary>
    public CaptionerParts Parts { get; } = new();

    /// <summary>The metrics by name.</summary>
    public CaptionMetrics Metrics { get; } = new();

    /// <summary>Opens the encoder.</summary>
    public Func<IImageEncoder> OpenEncoder { get; private set; } = LibraryParts.OpenEncoder;

    /// <summary>Makes a projector with fresh weights: of features, with a number of visual tokens and their size, by a seed.</summary>
    public Func<FeatureShape, int, int, long, IPrefixProjector> CreateProjector { get; private set; } = LibraryParts.CreateProjector;

    /// <summary>Makes the decoder of a tokenizer, by a seed.</summary>
    public Func<Gpt2Tokenizer, long, ICaptionDecoder> CreateDecoder { get; private set; } = LibraryParts.CreateDecoder;

    /// <summary>What the training is judged by.</summary>
    public string Metric { get; private set; } = LibraryParts.Metric;

    public OwnKinds Add(PartKind<IImageEncoder> kind, Func<IImageEncoder> open)
    {
        Parts.Add(kind);
        OpenEncoder = open;
        return this;
    }

    public OwnKinds Add(PartKind<IPrefixProjector> kind, Func<FeatureShape, int, int, long, IPrefixProjector> create)
    {
        Parts.Add(kind);
        CreateProjector = create;
        return this;
    }

    public OwnKinds Add(PartKind<ICaptionDecoder> kind, Func<Gpt2Tokenizer, long, ICaptionDecoder> create)
    {
        Parts.Add(kind);
        CreateDecoder = create;
        return this;
    }

    public OwnKinds Add(CaptionMetricKind kind)
    {
        Metrics.Add(kind);
        Metric = kind.Name;
        return this;
    }
}
