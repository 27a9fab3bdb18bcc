using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>What one call asks for, checked and with the prompt as token ids.</summary>
/// <param name="Decoding">How to search.</param>
/// <param name="IncludeEmbedding">Whether results carry the embedding.</param>
/// <param name="IncludeSimilarity">Whether captions carry the similarity.</param>
internal sealed record CaptionRequest(DecodingOptions Decoding, bool IncludeEmbedding, bool IncludeSimilarity)
{
    /// <summary>How many tokens the captioner's tokenizer has, if it tells: what it lacks isn't to be written.</summary>
    private int? TokenizerLength { get; init; }

    /// <param name="options">What the call asks for.</param>
    /// <param name="captioners">What holds where the call says nothing; below it lies what the decoder's model says.</param>
    /// <param name="models">The captioner's models.</param>
    /// <exception cref="CaptioningException">The options of this call are wrong.</exception>
    public static CaptionRequest Create(CaptionOptions options, DecodingOptions captioners, CaptionModels models)
    {
        if (options.IncludeSimilarity && models.TextEncoder is null)
        {
            throw new CaptioningException(
                "IncludeSimilarity needs an encoder with a text tower: give the captioner a text encoder, or load one whose encoder folder holds a whole CLIP model.");
        }

        var decoding = options.Decoding?.OverCallers(captioners) ?? captioners.Clone();
        decoding.Validate();
        if (!string.IsNullOrEmpty(options.Prompt))
        {
            decoding.PromptIds = models.Tokenizer.EncodeToIds(options.Prompt);
            decoding.ImagePromptIds = null;
        }

        return new CaptionRequest(decoding, options.IncludeEmbedding, options.IncludeSimilarity) { TokenizerLength = models.Tokenizer.Length() };
    }

    /// <summary>How to search captions of some pictures: what is drawn for one must not depend on the others of its batch.</summary>
    /// <param name="numbers">Each picture's place among all of the call.</param>
    /// <param name="names">Each picture's name, for errors.</param>
    public DecodingOptions DecodingOf(IReadOnlyList<long> numbers, IReadOnlyList<string> names)
    {
        var decoding = Decoding.Clone();
        decoding.TokenizerLength = TokenizerLength;
        decoding.ImageNumbers = numbers;
        decoding.ImageNames = names;
        decoding.ImagePromptIds = decoding.ImagePromptIds is { } prompts ? [.. numbers.Select((number, i) => PromptOf(prompts, number, names[i]))] : null;
        return decoding;
    }

    private static IReadOnlyList<int> PromptOf(IReadOnlyList<IReadOnlyList<int>> prompts, long number, string name) => number < prompts.Count
        ? prompts[(int)number]
        : throw new CaptioningException($"{nameof(DecodingOptions.ImagePromptIds)} has {prompts.Count} prompts, and '{name}' is picture {number + 1} of the call: give one for each, or {nameof(DecodingOptions.PromptIds)} for all.");

    /// <summary>The same with one beam, and without what only beams can do.</summary>
    public CaptionRequest Greedy() => this with
    {
        Decoding = new DecodingOptions { Beams = 1, BeamGroups = 1, DiversityPenalty = 0, ReturnedSequences = 1, RequiredWords = [] }.Over(Decoding),
    };
}
