using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Text;
using Microsoft.ML.Tokenizers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>The parts of a captioner and the way of a batch through them; tensors stay in here.</summary>
internal sealed class CaptionModels : IDisposable
{
    private readonly SemaphoreSlim _concurrency;

    public CaptionModels(
        IImageEncoder encoder, IPrefixProjector projector, ICaptionDecoder decoder, Tokenizer tokenizer, ITextEncoder? textEncoder, int maxConcurrency)
    {
        (Encoder, Projector, Decoder, Tokenizer, TextEncoder) = (encoder, projector, decoder, tokenizer, textEncoder);
        _concurrency = new SemaphoreSlim(maxConcurrency);
        ThrowIfUnfit();
    }

    public IImageEncoder Encoder { get; }

    public IPrefixProjector Projector { get; }

    public ICaptionDecoder Decoder { get; }

    public Tokenizer Tokenizer { get; }

    public ITextEncoder? TextEncoder { get; }

    /// <summary>Captions what could be prepared and passes the errors on, in order.</summary>
    public List<CaptionResult> Caption(List<PreparedImage> images, CaptionRequest request, CancellationToken token)
    {
        var results = new CaptionResult[images.Count];
        foreach (var (image, i) in images.Select((image, i) => (image, i)).Where(p => p.image.Error is not null))
        {
            results[i] = new CaptionResult(image.Source.Name, image.Error!);
        }

        // Without a fixed size, pictures of one size still go together.
        foreach (var group in Enumerable.Range(0, images.Count).Where(i => images[i].Error is null).GroupBy(i => images[i].Size))
        {
            var members = group.ToList();
            var captioned = Run(members.ConvertAll(i => images[i]), request, token);
            for (var i = 0; i < members.Count; i++)
            {
                results[members[i]] = captioned[i];
            }
        }

        return [.. results];
    }

    /// <summary>Captions pictures whose embeddings are known.</summary>
    /// <param name="images">The embeddings.</param>
    /// <param name="first">The first one's place among all of the call.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="token">Ends the search.</param>
    public List<CaptionResult> Caption(ImageEmbedding[] images, long first, CaptionRequest request, CancellationToken token) =>
        Run([.. images.Select(image => image.Source)], [.. images.Select((_, i) => first + i)], () => Stack(images), request, token);

    /// <summary>Writes one picture's caption piece by piece.</summary>
    public async IAsyncEnumerable<string> StreamAsync(PreparedImage image, CaptionRequest request, [EnumeratorCancellation] CancellationToken token)
    {
        if (Decoder is not CaptionDecoder decoder)
        {
            throw new CaptioningException($"{Decoder.GetType()} can't stream: a decoder that can derives from {nameof(CaptionDecoder)}.");
        }

        await _concurrency.WaitAsync(token).ConfigureAwait(false);
        try
        {
            using var prefix = await Task.Run(() => Prefix(image), token).ConfigureAwait(false);
            var text = (Tokenizer as ByteLevelTokenizer)?.StartDecoding();
            await foreach (var written in decoder.StreamAsync(prefix, request.Decoding, token).ConfigureAwait(false))
            {
                if ((text is null ? Text([written.TokenId]) : text.Append(written.TokenId)) is { Length: > 0 } piece)
                {
                    yield return piece;
                }
            }

            if (text?.Finish() is { Length: > 0 } rest)
            {
                yield return rest;
            }
        }
        finally
        {
            _concurrency.Release();
        }
    }

    public void Dispose() => _concurrency.Dispose();

    /// <summary>The prefix of one picture, outside of any scope: the stream that it lives through spans threads.</summary>
    private Tensor Prefix(PreparedImage image)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        return Projector.Project(Encoder.Encode(PreparedImage.Stack([image]))).DetachFromDisposeScope();
    }

    private List<CaptionResult> Run(List<PreparedImage> images, CaptionRequest request, CancellationToken token) =>
        Run([.. images.Select(image => image.Source.Name)], [.. images.Select(image => image.Number)], () => Encoder.Encode(PreparedImage.Stack(images)), request, token);

    private List<CaptionResult> Run(string[] names, long[] numbers, Func<Tensor> embed, CaptionRequest request, CancellationToken token)
    {
        _concurrency.Wait(token);
        try
        {
            using var inference = no_grad();
            using var scope = NewDisposeScope();
            var embeddings = embed();
            var sequences = Decoder.Decode(Projector.Project(embeddings), request.DecodingOf(numbers), token);
            var captions = sequences.Select(ToCaptions).ToList();
            if (request.IncludeSimilarity)
            {
                AddSimilarities(captions, embeddings);
            }

            var vectors = request.IncludeEmbedding ? Rows(embeddings) : null;
            return [.. names.Select((name, i) => new CaptionResult(name, captions[i], vectors?[i]))];
        }
        finally
        {
            _concurrency.Release();
        }
    }

    /// <summary>Embeddings as one batch [B, D].</summary>
    private Tensor Stack(ImageEmbedding[] images)
    {
        var dimension = Encoder.EmbeddingDimension;
        var all = new float[images.Length * dimension];
        var now = new Lazy<string>(() => PreprocessingJson.Of(Encoder.Preprocessor.Options).ToJsonString());
        for (var i = 0; i < images.Length; i++)
        {
            if (images[i].Values.Length != dimension)
            {
                throw new CaptioningException($"The embedding of '{images[i].Source}' has {images[i].Values.Length} numbers, and the captioner's encoder gives {dimension}: it is of another encoder.");
            }

            if (images[i].Preprocessing is { } stored && PreprocessingJson.Differences(stored, now.Value).ToList() is { Count: > 0 } differences)
            {
                throw new CaptioningException($"The embedding of '{images[i].Source}' was computed with another preprocessing than the captioner's: {string.Join("; ", differences)}. Build the store again.");
            }

            images[i].Values.Span.CopyTo(all.AsSpan(i * dimension));
        }

        return tensor(all, images.Length, dimension);
    }

    private List<Caption> ToCaptions(IReadOnlyList<DecodedSequence> sequences) =>
        [.. sequences.Select(sequence => new Caption(Text(sequence.TokenIds), sequence))];

    private string Text(IReadOnlyList<int> ids) =>
        Tokenizer is TransformerTokenizer tokenizer ? tokenizer.Decode(ids, skipSpecialTokens: true) : Tokenizer.Decode(ids);

    private void AddSimilarities(List<List<Caption>> captions, Tensor embeddings)
    {
        using var texts = TextEncoder!.Encode([.. captions.SelectMany(c => c).Select(c => c.Text)]);
        using var normalised = nn.functional.normalize(texts.cpu(), dim: -1);
        using var images = nn.functional.normalize(embeddings.cpu(), dim: -1);
        using var cosines = MatrixProduct.Transposed(normalised, images);
        var next = 0;
        for (var image = 0; image < captions.Count; image++)
        {
            for (var i = 0; i < captions[image].Count; i++)
            {
                captions[image][i] = captions[image][i] with { Similarity = cosines[next++, image].item<float>() };
            }
        }
    }

    private static List<ReadOnlyMemory<float>> Rows(Tensor embeddings)
    {
        using var plain = embeddings.to_type(ScalarType.Float32).cpu().contiguous();
        var all = plain.data<float>().ToArray();
        var each = (int)embeddings.shape[1];
        return [.. Enumerable.Range(0, (int)embeddings.shape[0]).Select(i => (ReadOnlyMemory<float>)all.AsMemory(i * each, each))];
    }

    private void ThrowIfUnfit()
    {
        List<string> errors = [];
        if (Encoder.EmbeddingDimension != Projector.EmbeddingDimension)
        {
            errors.Add($"The encoder's embeddings have {Encoder.EmbeddingDimension} numbers, and the projector takes {Projector.EmbeddingDimension}.");
        }

        if (Projector.HiddenSize != Decoder.HiddenSize)
        {
            errors.Add($"The projector's prefix vectors have {Projector.HiddenSize} numbers, and the decoder takes {Decoder.HiddenSize}.");
        }

        if (TextEncoder is not null && TextEncoder.EmbeddingDimension != Encoder.EmbeddingDimension)
        {
            errors.Add($"The text encoder's embeddings have {TextEncoder.EmbeddingDimension} numbers, and the image encoder's {Encoder.EmbeddingDimension}.");
        }

        if (errors.Count > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, errors));
        }
    }
}
