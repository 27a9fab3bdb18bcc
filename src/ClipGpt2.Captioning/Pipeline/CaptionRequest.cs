using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>What one call asks for, checked and with the prompt as token ids.</summary>
/// <param name="Decoding">How to search.</param>
/// <param name="IncludeEmbedding">Whether results carry the embedding.</param>
/// <param name="IncludeSimilarity">Whether captions carry the similarity.</param>
internal sealed record CaptionRequest(DecodingOptions Decoding, bool IncludeEmbedding, bool IncludeSimilarity)
{
    /// <exception cref="CaptioningException">The options of this call are wrong.</exception>
    public static CaptionRequest Create(CaptionOptions options, CaptionerOptions defaults, CaptionModels models)
    {
        if (options.IncludeSimilarity && models.TextEncoder is null)
        {
            throw new CaptioningException(
                "IncludeSimilarity needs an encoder with a text tower: give the captioner a text encoder, or load one whose encoder folder holds a whole CLIP model.");
        }

        var decoding = options.Decoding ?? defaults.Decoding;
        decoding.Validate();
        if (!string.IsNullOrEmpty(options.Prompt))
        {
            decoding = decoding.Clone();
            decoding.PromptIds = models.Tokenizer.EncodeToIds(options.Prompt);
        }

        return new CaptionRequest(decoding, options.IncludeEmbedding, options.IncludeSimilarity);
    }

    /// <summary>How to search captions of some pictures: what is drawn for one must not depend on the others of its batch.</summary>
    /// <param name="numbers">Each picture's place among all of the call.</param>
    /// <param name="names">Each picture's name, for errors.</param>
    public DecodingOptions DecodingOf(IReadOnlyList<long> numbers, IReadOnlyList<string> names)
    {
        var decoding = Decoding.Clone();
        decoding.ImageNumbers = numbers;
        decoding.ImageNames = names;
        return decoding;
    }

    /// <summary>The same with one beam.</summary>
    public CaptionRequest Greedy()
    {
        var greedy = Decoding.Clone();
        greedy.Beams = 1;
        return this with { Decoding = greedy };
    }
}
