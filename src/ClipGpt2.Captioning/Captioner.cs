using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning;

/// <summary>Says in words what a picture shows: an encoder, a projector, a decoder and a tokenizer, composed.</summary>
/// <remarks>
/// Any number of threads may call one captioner; <see cref="CaptionerOptions.MaxConcurrency"/> of them run the models at once and the others wait.
/// What a picture gets never depends on the pictures beside it. A captioner that was built from parts leaves them alive; one from
/// <see cref="FromPretrained"/> owns them. Dispose it when no call is running; calls after that throw <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed partial class Captioner : IDisposable
{
    private readonly CaptionModels _models;
    private readonly CaptionerOptions _options;
    private readonly ILogger _logger;
    private IDisposable? _owned;
    private ProgramSearch? _program;
    private volatile bool _disposed;

    /// <summary>Composes a captioner from parts, which stay the caller's.</summary>
    /// <param name="encoder">Pictures to embeddings.</param>
    /// <param name="projector">Embeddings to prefixes.</param>
    /// <param name="decoder">Prefixes to token ids.</param>
    /// <param name="tokenizer">Token ids to text; the decoder's.</param>
    /// <param name="options">How to run; null for the defaults. Device and precision are those that the parts were loaded with.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <param name="textEncoder">The encoder's companion for texts, for <see cref="CaptionOptions.IncludeSimilarity"/>; or null.</param>
    /// <exception cref="CaptioningException">The parts don't fit each other, or an option is wrong; all errors are listed.</exception>
    public Captioner(
        IImageEncoder encoder,
        IPrefixProjector projector,
        ICaptionDecoder decoder,
        Tokenizer tokenizer,
        CaptionerOptions? options = null,
        ILogger<Captioner>? logger = null,
        ITextEncoder? textEncoder = null)
    {
        TorchRuntime.Load();
        _options = options ?? new CaptionerOptions();
        _options.Validate();
        _logger = logger ?? NullLogger<Captioner>.Instance;
        _models = new CaptionModels(encoder, projector, decoder, tokenizer, textEncoder, _options.MaxConcurrency);
        KernelLog.Choices(_logger);
    }

    /// <summary>The first part: pictures to embeddings.</summary>
    public IImageEncoder Encoder => _models.Encoder;

    /// <summary>The second part: embeddings to prefixes.</summary>
    public IPrefixProjector Projector => _models.Projector;

    /// <summary>The third part: prefixes to token ids.</summary>
    public ICaptionDecoder Decoder => _models.Decoder;

    /// <summary>Token ids to text.</summary>
    public Tokenizer Tokenizer => _models.Tokenizer;

    /// <summary>How the captioner runs.</summary>
    internal CaptionerOptions Options => _options;

    /// <summary>How the program searches that the captioner comes from; null if there is none.</summary>
    internal ProgramSearch? Program => _program;

    /// <summary>The parts, for what describes, stores or trains them.</summary>
    internal PartSet Parts => new(_options.Parts, Encoder, Projector, Decoder, Tokenizer) { Search = _program };

    /// <summary>The positions of the decoder that visual tokens take: none where it reads them beside the text.</summary>
    internal int VisualPositions => Decoder.Reading == VisualTokens.Before ? Projector.PrefixLength : 0;

    /// <summary>Captions one picture.</summary>
    /// <param name="image">The picture; a path converts by itself.</param>
    /// <param name="options">What this call asks for; null for the captioner's defaults.</param>
    /// <param name="token">Ends the call between two steps of the search.</param>
    /// <returns>Its captions, best first.</returns>
    /// <exception cref="Images.ImageDecodingException">The picture can't be read.</exception>
    /// <exception cref="CaptioningException">An option is wrong, or what a model gave for the picture isn't finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public CaptionResult Caption(ImageSource image, CaptionOptions? options = null, CancellationToken token = default)
    {
        var request = Request(options);
        var prepared = PreparedImage.From(image, Preparation);
        var result = prepared.Error is null ? Run([prepared], request, token)[0] : throw prepared.Error;
        return result.Error is null ? result : throw result.Error;
    }

    /// <summary>Captions many pictures; a bad one yields a result with an error, and the others go on.</summary>
    /// <param name="images">The pictures, as many as you like; they are read while the models work.</param>
    /// <param name="options">What this call asks for; null for the captioner's defaults.</param>
    /// <param name="token">Ends the call between two steps of the search.</param>
    /// <returns>One result a picture, in order.</returns>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<CaptionResult> Caption(IEnumerable<ImageSource> images, CaptionOptions? options = null, CancellationToken token = default)
    {
        var request = Request(options);
        using var queue = new PreparationQueue(images, Preparation, new PreparationLimits(_options), token);
        var results = new List<CaptionResult>();
        while (queue.NextBatch(_options.BatchSize) is { Count: > 0 } batch)
        {
            results.AddRange(Run(batch, request, token));
        }

        return results;
    }

    /// <summary>Captions many pictures as a stream: results come batch by batch, off the caller's thread.</summary>
    /// <param name="images">The pictures; they are read while the models work, never more than two batches ahead.</param>
    /// <param name="options">What this call asks for; null for the captioner's defaults.</param>
    /// <param name="token">Ends the call between two steps of the search.</param>
    /// <returns>One result a picture, in order; a bad picture's carries its error.</returns>
    public async IAsyncEnumerable<CaptionResult> CaptionAsync(
        IEnumerable<ImageSource> images, CaptionOptions? options = null, [EnumeratorCancellation] CancellationToken token = default)
    {
        var request = Request(options);
        using var queue = new PreparationQueue(images, Preparation, new PreparationLimits(_options), token);
        while (await Task.Run(() => queue.NextBatch(_options.BatchSize), token).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            foreach (var result in await Task.Run(() => Run(batch, request, token), token).ConfigureAwait(false))
            {
                yield return result;
            }
        }
    }

    /// <summary>Captions pictures whose embeddings were computed before, such as those of an embedding store or of <see cref="CaptionResult.Embedding"/>.</summary>
    /// <param name="embeddings">The embeddings.</param>
    /// <param name="options">What this call asks for; null for the captioner's defaults.</param>
    /// <param name="token">Ends the call between two steps of the search.</param>
    /// <returns>One result an embedding, in order; one with an error where the embedding, or what a model gave for it, isn't finite.</returns>
    /// <exception cref="CaptioningException">An embedding isn't of the encoder's dimension, or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<CaptionResult> Caption(IEnumerable<ImageEmbedding> embeddings, CaptionOptions? options = null, CancellationToken token = default)
    {
        var request = Request(options);
        var results = new List<CaptionResult>();
        foreach (var batch in embeddings.Chunk(_options.BatchSize))
        {
            results.AddRange(Models.Caption(batch, results.Count, request, token));
        }

        return results;
    }

    /// <summary>Captions the pictures of a folder as a stream, in the ordinal order of their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="recursive">Whether to look into its folders too.</param>
    /// <param name="options">What this call asks for; null for the captioner's defaults.</param>
    /// <param name="token">Ends the call between two steps of the search.</param>
    /// <returns>One result a file that has a picture's extension; a bad picture's carries its error.</returns>
    /// <exception cref="CaptioningException">There is no such folder.</exception>
    public IAsyncEnumerable<CaptionResult> CaptionFolderAsync(
        string folder, bool recursive = false, CaptionOptions? options = null, CancellationToken token = default)
    {
        _ = Models; // judged before the folder is
        return CaptionAsync(ImageFiles.In(folder, recursive).Select(ImageSource.FromFile), options, token);
    }

    /// <summary>Captions one picture and gives the text as it is written; greedy search or sampling (one beam).</summary>
    /// <param name="image">The picture; a path converts by itself.</param>
    /// <param name="options">What this call asks for; null for greedy search with the captioner's other defaults.</param>
    /// <param name="token">Ends the call between two steps.</param>
    /// <returns>Pieces of whole characters; joined, they are the caption.</returns>
    /// <exception cref="Images.ImageDecodingException">The picture can't be read.</exception>
    /// <exception cref="CaptioningException">The options ask for beams, or the decoder is a host's own that can't stream.</exception>
    public async IAsyncEnumerable<string> StreamAsync(
        ImageSource image, CaptionOptions? options = null, [EnumeratorCancellation] CancellationToken token = default)
    {
        var request = Request(options);
        if (options?.Decoding?.Beams is null)
        {
            request = request.Greedy();
        }

        var prepared = await Task.Run(() => PreparedImage.From(image, Preparation), token).ConfigureAwait(false);
        if (prepared.Error is { } error)
        {
            throw error;
        }

        await foreach (var piece in Models.StreamAsync(prepared, request, token).ConfigureAwait(false))
        {
            yield return piece;
        }
    }

    /// <summary>Ends the captioner and, if it loaded them itself, its parts.</summary>
    public void Dispose()
    {
        _disposed = true;
        _models.Dispose();
        Interlocked.Exchange(ref _owned, null)?.Dispose();
    }

    /// <summary>How a call's captions are searched, and who has settled each option.</summary>
    internal IReadOnlyList<DecodingSetting> DescribeDecoding(CaptionOptions? options = null) =>
        DecodingSetting.Of(options?.Decoding, _options.Decoding, _program, Decoder);

    /// <summary>The models of a captioner that wasn't disposed: the error names it, not the part of it that would be the first to notice.</summary>
    private CaptionModels Models => _disposed ? throw new ObjectDisposedException(nameof(Captioner)) : _models;

    private ImagePreparation Preparation => new(Encoder.Preprocessor, _options);

    private CaptionRequest Request(CaptionOptions? options) => CaptionRequest.Create(options ?? new CaptionOptions(), _options.Decoding.OverCallers(_program?.Options), Models);

    private List<CaptionResult> Run(List<PreparedImage> batch, CaptionRequest request, CancellationToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        var results = Models.Caption(batch, request, token);
        KernelLog.Choices(_logger);
        CaptionerLog.Captioned(_logger, batch.Count, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        foreach (var failed in results.Where(r => r.Error is not null))
        {
            CaptionerLog.ImageFailed(_logger, failed.Source, failed.Error!.Message);
        }

        return results;
    }
}
