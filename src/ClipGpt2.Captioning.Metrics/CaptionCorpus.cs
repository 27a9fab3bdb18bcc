using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>Images with their candidate captions and references, and how these become words.</summary>
/// <remarks>Immutable; safe for several threads. The captions are tokenized once, when first needed, for all metrics.</remarks>
public sealed class CaptionCorpus
{
    private readonly Lazy<TokenizedCorpus> _tokens;

    /// <summary>Creates a corpus.</summary>
    /// <param name="images">The images; their order counts where the tokenization looks at neighbours.</param>
    /// <param name="tokenization">How captions become words.</param>
    /// <exception cref="CaptioningException">There is no image, an id comes twice, or an image has no reference.</exception>
    public CaptionCorpus(IReadOnlyList<CaptionedImage> images, CaptionTokenization tokenization = CaptionTokenization.Ptb)
    {
        Validate(images);
        Images = images;
        Tokenization = tokenization;
        _tokens = new Lazy<TokenizedCorpus>(() => TokenizedCorpus.Of(this));
    }

    /// <summary>The images in order.</summary>
    public IReadOnlyList<CaptionedImage> Images { get; }

    /// <summary>How captions become words.</summary>
    public CaptionTokenization Tokenization { get; }

    /// <summary>The tokens of all captions, shared by the metrics.</summary>
    internal TokenizedCorpus Tokens => _tokens.Value;

    /// <summary>The tokens of an image's candidate, joined by blanks.</summary>
    /// <param name="image">The image's index.</param>
    public string TokenizedCandidate(int image) => Tokens.Text(Tokens.CandidatePieces[image]);

    /// <summary>The tokens of one of an image's references, joined by blanks.</summary>
    /// <param name="image">The image's index.</param>
    /// <param name="reference">The reference's index in the image.</param>
    public string TokenizedReference(int image, int reference) => Tokens.Text(Tokens.ReferencePieces[Tokens.ReferenceStarts[image] + reference]);

    private static void Validate(IReadOnlyList<CaptionedImage> images)
    {
        if (images.Count == 0)
        {
            throw new CaptioningException("There are no captions to score: a corpus needs at least one image.");
        }

        var seen = new HashSet<string>(images.Count, StringComparer.Ordinal);
        foreach (var image in images)
        {
            if (!seen.Add(image.Id))
            {
                throw new CaptioningException($"Image '{image.Id}' comes twice; give each image one candidate and the list of its references.");
            }

            if (image.References.Count == 0)
            {
                throw new CaptioningException($"Image '{image.Id}' has no reference caption; each image needs at least one.");
            }

            if (image.Candidate is null || image.References.Contains(null!))
            {
                throw new CaptioningException($"Image '{image.Id}' has a caption that is null; an empty caption is an empty string.");
            }
        }
    }
}
