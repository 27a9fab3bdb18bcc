using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Decoding.Search;
using ClipGpt2.Captioning.Text;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Writes captions with a language model: all searches, streaming and scoring, over any <see cref="IAutoregressiveModel"/>.</summary>
/// <remarks>
/// A host's own model gets them by deriving from this class; GPT-2 has <see cref="Gpt2CaptionDecoder"/>. Searches follow
/// <c>GenerationMixin.generate</c> of transformers 4.53.2 with <c>inputs_embeds</c>, except that what an image gets never depends on the others of
/// its batch, and that images which are done leave it. Safe from any number of threads. Disposing it disposes the model.
/// </remarks>
public abstract class CaptionDecoder : ICaptionDecoder
{
    private readonly IAutoregressiveModel _model;
    private readonly ModelFacts _facts;
    private readonly GenerationConfig? _generation;

    /// <summary>Creates a decoder over a model, which from then on is the decoder's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="endTokenIds">The tokens that end a caption unless options name others.</param>
    /// <param name="tokenizer">The model's tokenizer: needed for stop strings and ClipCap's stop text only. It stays the caller's.</param>
    protected CaptionDecoder(IAutoregressiveModel model, IReadOnlyList<int> endTokenIds, Tokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(endTokenIds);
        _model = model;
        _facts = new ModelFacts(
            model.VocabularySize,
            model.MaxPositions,
            endTokenIds,
            tokenizer is null ? null : text => tokenizer.EncodeToIds(text),
            tokenizer is null ? null : ids => tokenizer.DecodeKnown(ids, skipSpecialTokens: false)) { TokenizerLength = tokenizer?.Length() };
    }

    private protected CaptionDecoder(IAutoregressiveModel model, IReadOnlyList<int> endTokenIds, Tokenizer? tokenizer, GenerationConfig? generation)
        : this(model, endTokenIds, tokenizer) => _generation = generation;

    /// <summary>What the model's folder says of the search, where it has one.</summary>
    internal GenerationConfig? Generation => _generation;

    /// <inheritdoc/>
    public int HiddenSize => _model.HiddenSize;

    /// <inheritdoc/>
    public VisualTokens Reading => _model.Reading;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(Tensor prefix, DecodingOptions options, CancellationToken token = default) =>
        Decode(prefix, attentionMask: null, options, token);

    /// <summary>Searches captions after prefixes of different length.</summary>
    /// <param name="prefix">float32 [B, P, H], the shorter ones padded on their left.</param>
    /// <param name="attentionMask">[B, P], 0 at padding and 1 elsewhere; null for no padding.</param>
    /// <param name="options">How to search.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>For each image its sequences, best first.</returns>
    /// <exception cref="CaptioningException">
    /// The options or the prefix don't fit the model (the message names all that is wrong), or the model's scores for an image aren't finite.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(
        Tensor prefix, Tensor? attentionMask, DecodingOptions options, CancellationToken token = default)
    {
        var images = Search(prefix, attentionMask, options, token);
        return images.FirstOrDefault(image => image.Error is not null)?.Error is { } error ? throw error : [.. images.Select(image => image.Results())];
    }

    /// <summary>The same for hosts of several images: one that fails leaves the others alone.</summary>
    /// <returns>For each image its sequences, best first, or why it has none.</returns>
    internal IReadOnlyList<(IReadOnlyList<DecodedSequence> Sequences, CaptioningException? Error)> DecodeEach(Tensor prefix, DecodingOptions options, CancellationToken token) =>
        [.. Search(prefix, attentionMask: null, options, token).Select(image => (image.Error is null ? image.Results() : [], image.Error))];

    /// <summary>The options, and where they aren't set the model's own. ClipCap's searches are its program's, which asks no model.</summary>
    internal DecodingOptions Joined(DecodingOptions options) =>
        _generation is null || options.Strategy > DecodingStrategy.Standard ? options : options.Over(_generation.Options);

    private SearchSettings Settings(DecodingOptions options, int prefixLength)
    {
        try
        {
            return SearchSettings.Create(Joined(options), _facts, prefixLength);
        }
        catch (CaptioningException e) when (_generation?.Remark(e.Message, options) is { Length: > 0 } remark)
        {
            throw new CaptioningException(e.Message + remark, e);
        }
    }

    private ImageSearch[] Search(Tensor prefix, Tensor? attentionMask, DecodingOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckPrefix(prefix);
        if (options.ImageNumbers is { } numbers && numbers.Count != prefix.shape[0])
        {
            throw new CaptioningException($"{nameof(options.ImageNumbers)} has {numbers.Count} numbers for {prefix.shape[0]} images; give one for each, or none.");
        }

        var settings = Settings(options, checked((int)prefix.shape[1]) + (options.PromptIds?.Count ?? 0));
        if (prefix.shape[0] == 0)
        {
            return [];
        }

        token.ThrowIfCancellationRequested();
        var images = new ImageSearch[prefix.shape[0]];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = ImageSearch.Create(i, settings);
        }

        // The last token of a text is not read again.
        using var session = _model.Start(prefix, attentionMask, options.PromptIds?.Count > 0 ? options.PromptIds : null, settings.MaxNewTokens - 1);
        SearchLoop.Run(session, images, settings, token);
        return images;
    }

    /// <summary>Searches captions and gives each token as it is written. Greedy search and sampling only.</summary>
    /// <remarks>
    /// Decoding runs on one thread of the pool until the enumeration ends, at its own speed; ending the enumeration early stops it. The tokens of
    /// several images come mixed.
    /// </remarks>
    /// <param name="prefix">float32 [B, P, H]. It must live until the enumeration has ended.</param>
    /// <param name="options">How to search; with one beam.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="CaptioningException">The options or the prefix don't fit, or the options ask for beams.</exception>
    public IAsyncEnumerable<DecodedToken> StreamAsync(Tensor prefix, DecodingOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckPrefix(prefix);
        var whole = Joined(options).WithDefaults();
        var writesAtOnce = whole.Strategy == DecodingStrategy.ClipCapGreedy || (whole.Strategy == DecodingStrategy.Standard && whole.Beams == 1);
        if (!writesAtOnce)
        {
            throw new CaptioningException($"Tokens can only be streamed with {nameof(options.Beams)} = 1: a search with beams takes back what it wrote.");
        }

        return TokenStream.Run((streaming, cancel) => Decode(prefix, streaming, cancel), options, token);
    }

    /// <summary>Scores given captions: what the model thinks of each of their tokens.</summary>
    /// <param name="prefix">float32 [B, P, H], P at least 1.</param>
    /// <param name="captions">The tokens of B captions, each with its end token if that is to be scored.</param>
    /// <param name="token">Ends the work between two batches.</param>
    /// <returns>For each caption the figures of its tokens.</returns>
    /// <exception cref="CaptioningException">There aren't as many captions as prefixes, they don't fit the model, or its scores aren't finite.</exception>
    public IReadOnlyList<TokenScores> Score(Tensor prefix, IReadOnlyList<IReadOnlyList<int>> captions, CancellationToken token = default)
    {
        CheckPrefix(prefix);
        return CaptionScoring.Score(this, prefix, captions, _model.VocabularySize, token);
    }

    /// <inheritdoc/>
    public abstract Tensor Forward(Tensor prefix, Tensor tokenIds, Tensor? mask = null);

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the model, if it can be freed.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            (_model as IDisposable)?.Dispose();
        }
    }

    private void CheckPrefix(Tensor prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.dim() != 3 || prefix.shape[2] != HiddenSize)
        {
            throw new CaptioningException($"The prefix is [{string.Join(", ", prefix.shape)}]; it must be [images, positions, {HiddenSize}].");
        }
    }
}
