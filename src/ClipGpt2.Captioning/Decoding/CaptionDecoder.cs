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
    private readonly int? _startTokenId;

    /// <summary>Creates a decoder over a model, which from then on is the decoder's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="endTokenIds">The tokens that end a caption unless options name others.</param>
    /// <param name="tokenizer">The model's tokenizer: needed for stop strings and ClipCap's stop text only. It stays the caller's.</param>
    /// <param name="startTokenId">The token that texts begin with, for a model that reads visual tokens beside them.</param>
    protected CaptionDecoder(IAutoregressiveModel model, IReadOnlyList<int> endTokenIds, Tokenizer? tokenizer = null, int? startTokenId = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(endTokenIds);
        _model = model;
        _startTokenId = startTokenId;
        _facts = new ModelFacts(
            model.VocabularySize,
            model.MaxPositions,
            endTokenIds,
            tokenizer is null ? null : text => tokenizer.EncodeToIds(text),
            tokenizer is null ? null : ids => tokenizer.DecodeKnown(ids, skipSpecialTokens: false)) { TokenizerLength = tokenizer?.Length() };
    }

    private protected CaptionDecoder(IAutoregressiveModel model, IReadOnlyList<int> endTokenIds, Tokenizer? tokenizer, GenerationConfig? generation, int? startTokenId)
        : this(model, endTokenIds, tokenizer, startTokenId) => _generation = generation;

    /// <summary>What the model's folder says of the search, where it has one.</summary>
    internal GenerationConfig? Generation => _generation;

    /// <inheritdoc/>
    public int HiddenSize => _model.HiddenSize;

    /// <inheritdoc/>
    public VisualTokens Reading => _model.Reading;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(Tensor visualTokens, DecodingOptions options, CancellationToken token = default) =>
        Decode(visualTokens, attentionMask: null, options, token);

    /// <summary>Searches captions with visual tokens of different number.</summary>
    /// <param name="visualTokens">float32 [B, P, H], the shorter ones padded on their left.</param>
    /// <param name="attentionMask">[B, P], 0 at padding and 1 elsewhere; null for no padding.</param>
    /// <param name="options">How to search.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>For each image its sequences, best first.</returns>
    /// <exception cref="CaptioningException">
    /// The options or the visual tokens don't fit the model (the message names all that is wrong), or the model's scores for an image aren't finite.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(
        Tensor visualTokens, Tensor? attentionMask, DecodingOptions options, CancellationToken token = default)
    {
        var images = Search(visualTokens, attentionMask, options, token);
        return images.FirstOrDefault(image => image.Error is not null)?.Error is { } error ? throw error : [.. images.Select(image => image.Results())];
    }

    /// <summary>The same for hosts of several images: one that fails leaves the others alone.</summary>
    /// <returns>For each image its sequences, best first, or why it has none.</returns>
    internal IReadOnlyList<(IReadOnlyList<DecodedSequence> Sequences, CaptioningException? Error)> DecodeEach(Tensor visualTokens, DecodingOptions options, CancellationToken token) =>
        [.. Search(visualTokens, attentionMask: null, options, token).Select(image => (image.Error is null ? image.Results() : [], image.Error))];

    /// <summary>The options, and where they aren't set the model's own. ClipCap's searches are its program's, which asks no model.</summary>
    internal DecodingOptions Joined(DecodingOptions options) =>
        _generation is null || options.Strategy > DecodingStrategy.Standard ? options : options.Over(_generation.Options);

    private SearchSettings Settings(DecodingOptions options, long visualTokens, int openingLength, Openings openings)
    {
        try
        {
            return SearchSettings.Create(Joined(options), _facts, Reading == VisualTokens.Before ? checked((int)visualTokens) : 0, openingLength, openings);
        }
        catch (CaptioningException e) when (_generation?.Remark(e.Message, options) is { Length: > 0 } remark)
        {
            throw new CaptioningException(e.Message + remark, e);
        }
    }

    private ImageSearch[] Search(Tensor visualTokens, Tensor? attentionMask, DecodingOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckVisualTokens(visualTokens);
        var count = checked((int)visualTokens.shape[0]);
        CheckOneForEach(nameof(options.ImageNumbers), options.ImageNumbers?.Count, count);
        CheckOneForEach(nameof(options.ImagePromptIds), options.ImagePromptIds?.Count, count);
        var openings = Openings.Of(options, count, Reading == VisualTokens.Beside ? StartTokenOf(options) : null);
        var groups = openings.Groups(needsShared: visualTokens.shape[1] == 0).ToList();
        if (groups.Count == 0)
        {
            Settings(options, visualTokens.shape[1], options.PromptIds?.Count ?? 0, openings);
        }

        // What is wrong with one group is said before another is searched.
        var settings = groups.ConvertAll(group => Settings(options, visualTokens.shape[1], openings[group[0]].Count, openings));
        var images = new ImageSearch[count];
        foreach (var (group, own) in groups.Zip(settings))
        {
            token.ThrowIfCancellationRequested();
            var searches = Array.ConvertAll(group, image => images[image] = ImageSearch.Create(image, own));
            using var session = Start(visualTokens, attentionMask, group, openings, own.MaxNewTokens);
            SearchLoop.Run(session, searches, own, token);
        }

        return images;
    }

    /// <summary>Begins the texts of images whose beginnings have one length.</summary>
    private IDecodingSession Start(Tensor visualTokens, Tensor? attentionMask, int[] group, Openings openings, int maxNewTokens)
    {
        using var scope = NewDisposeScope();
        var (tokens, mask) = (visualTokens, attentionMask);
        if (group.Length < visualTokens.shape[0])
        {
            var rows = tensor(Array.ConvertAll(group, image => (long)image)).to(visualTokens.device);
            (tokens, mask) = (visualTokens.index_select(0, rows), attentionMask?.index_select(0, rows.to(attentionMask.device)));
        }

        var (length, shared) = (openings[group[0]].Count, openings.SharedLength(group));
        int[] together = [.. openings[group[0]].Take(shared)];

        // The last token of a text is not read again.
        var session = _model.Start(tokens, mask, together.Length > 0 ? together : null, length - shared + maxNewTokens - 1);
        int[] each = [.. Enumerable.Range(0, group.Length)];
        for (var column = shared; column < length; column++)
        {
            session.Advance(each, Array.ConvertAll(group, image => openings[image][column]));
        }

        return session;
    }

    /// <summary>The start token of texts beside which visual tokens are read.</summary>
    private int StartTokenOf(DecodingOptions options) => options.StartTokenId ?? _generation?.FindStartToken(_facts.VocabularySize) ?? _startTokenId ?? throw new CaptioningException(
        $"The decoder ({GetType()}) reads visual tokens beside the text, and nothing says which token a text begins with: set {nameof(DecodingOptions)}.{nameof(options.StartTokenId)}, or decoder_start_token_id in the model's generation_config.json.");

    /// <summary>What a model reads that foretells given tokens and reads visual tokens beside the text: the start token, and then all but the last.</summary>
    /// <param name="tokenIds">int64 [B, T].</param>
    /// <returns>int64 [B, T]; the caller's own.</returns>
    /// <exception cref="CaptioningException">Nothing says which token a text begins with.</exception>
    protected Tensor ShiftedRight(Tensor tokenIds)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        using var scope = NewDisposeScope();
        var start = tensor(Enumerable.Repeat((long)StartTokenOf(new()), (int)tokenIds.shape[0]).ToArray()).to(tokenIds.device).unsqueeze(1);
        return cat([start, tokenIds.narrow(1, 0, Math.Max(tokenIds.shape[1] - 1, 0))], 1).narrow(1, 0, tokenIds.shape[1]).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Searches captions and gives each token as it is written. Greedy search and sampling only.</summary>
    /// <remarks>
    /// Decoding runs on one thread of the pool until the enumeration ends, at its own speed; ending the enumeration early stops it. The tokens of
    /// several images come mixed.
    /// </remarks>
    /// <param name="visualTokens">float32 [B, P, H]. They must live until the enumeration has ended.</param>
    /// <param name="options">How to search; with one beam.</param>
    /// <param name="token">Ends the search between two steps.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="CaptioningException">The options or the visual tokens don't fit, or the options ask for beams.</exception>
    public IAsyncEnumerable<DecodedToken> StreamAsync(Tensor visualTokens, DecodingOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckVisualTokens(visualTokens);
        var whole = Joined(options).WithDefaults();
        var writesAtOnce = whole.Strategy == DecodingStrategy.ClipCapGreedy || (whole.Strategy == DecodingStrategy.Standard && whole.Beams == 1);
        if (!writesAtOnce)
        {
            throw new CaptioningException($"Tokens can only be streamed with {nameof(options.Beams)} = 1: a search with beams takes back what it wrote.");
        }

        return TokenStream.Run((streaming, cancel) => Decode(visualTokens, streaming, cancel), options, token);
    }

    /// <summary>Scores given captions: what the model thinks of each of their tokens.</summary>
    /// <param name="visualTokens">float32 [B, P, H], P at least 1.</param>
    /// <param name="captions">The tokens of B captions, each with its end token if that is to be scored.</param>
    /// <param name="token">Ends the work between two batches.</param>
    /// <returns>For each caption the figures of its tokens.</returns>
    /// <exception cref="CaptioningException">There aren't as many captions as rows of visual tokens, they don't fit the model, or its scores aren't finite.</exception>
    public IReadOnlyList<TokenScores> Score(Tensor visualTokens, IReadOnlyList<IReadOnlyList<int>> captions, CancellationToken token = default)
    {
        CheckVisualTokens(visualTokens);
        return CaptionScoring.Score(this, visualTokens, captions, _model.VocabularySize, token);
    }

    /// <inheritdoc/>
    public abstract Tensor Forward(Tensor visualTokens, Tensor tokenIds, Tensor? mask = null);

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

    private static void CheckOneForEach(string option, int? count, int images)
    {
        if (count is { } given && given != images)
        {
            throw new CaptioningException($"{option} has {given} entries for {images} images; give one for each, or none.");
        }
    }

    private void CheckVisualTokens(Tensor visualTokens)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        if (visualTokens.dim() != 3 || visualTokens.shape[2] != HiddenSize)
        {
            throw new CaptioningException($"The visual tokens are [{string.Join(", ", visualTokens.shape)}]; they must be [images, tokens, {HiddenSize}].");
        }
    }
}
