using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Text;
using Microsoft.ML.Tokenizers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>The parts of a captioner and the way of a batch through them; tensors stay in here.</summary>
internal sealed class CaptionModels : IDisposable
{
    // What is found not to be finite, in the words of errors.
    private const string Embedding = "The encoder's embedding";
    private const string VisualTokens = "The projector's visual tokens";

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
            await foreach (var written in decoder.StreamAsync(prefix, request.DecodingOf([image.Number], [image.Source.Name]), token).ConfigureAwait(false))
            {
                var isKnown = !(written.TokenId >= Tokenizer.Length());
                if ((text is null || !isKnown ? Text([written.TokenId]) : text.Append(written.TokenId)) is { Length: > 0 } piece)
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
        var work = new PicturesInWork([image.Source.Name]);
        var prefix = Prefix(work.Keep(Encoder.Encode(PreparedImage.Stack([image])), Embedding), work);
        return prefix?.DetachFromDisposeScope() ?? throw work.ErrorOf(0)!;
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
            var work = new PicturesInWork(names);
            var embeddings = work.Keep(embed(), Embedding);
            var embedded = work.Places;
            var captions = Write(embeddings, work, places => request.DecodingOf([.. places.Select(i => numbers[i])], [.. places.Select(i => names[i])]), token);
            if (request.IncludeSimilarity)
            {
                AddSimilarities(captions, embedded, embeddings);
            }

            foreach (var (place, written) in captions)
            {
                work.Check(place, written);
            }

            var vectors = request.IncludeEmbedding ? Rows(embeddings) : null;
            return [.. names.Select((name, place) =>
            {
                var vector = Array.IndexOf(embedded, place) is >= 0 and var row ? vectors?[row] : null;
                return work.ErrorOf(place) is { } error ? new CaptionResult(name, error, vector) : new CaptionResult(name, captions[place], vector);
            })];
        }
        finally
        {
            _concurrency.Release();
        }
    }

    /// <summary>The prefixes [B, P, H] of the pictures on their way, or null if none is.</summary>
    private Tensor? Prefix(Tensor embeddings, PicturesInWork work)
    {
        var prefix = work.Places.Length == 0 ? null : work.Keep(Projector.Project(embeddings), VisualTokens);
        return work.Places.Length == 0 ? null : prefix;
    }

    /// <summary>The captions of the pictures on their way, by their places; those that fail leave.</summary>
    private Dictionary<int, List<Caption>> Write(Tensor embeddings, PicturesInWork work, Func<int[], DecodingOptions> search, CancellationToken token)
    {
        var captions = new Dictionary<int, List<Caption>>();
        if (Prefix(embeddings, work) is not { } prefix)
        {
            return captions;
        }

        var options = search(work.Places);
        var written = Decoder is CaptionDecoder decoder
            ? decoder.DecodeEach(prefix, options, token)
            : [.. Decoder.Decode(prefix, options, token).Select(sequences => (sequences, (CaptioningException?)null))];
        foreach (var (place, (sequences, error)) in work.Places.Zip(written).ToList())
        {
            if (error is null)
            {
                captions.Add(place, [.. sequences.Select(sequence => new Caption(Text(sequence.TokenIds), sequence))]);
            }
            else
            {
                work.Fail(place, error);
            }
        }

        return captions;
    }

    /// <summary>Embeddings as one batch, [B, D] or [B, T, D].</summary>
    private Tensor Stack(ImageEmbedding[] images)
    {
        var (shape, numbers) = (Encoder.Features, Encoder.Features.Numbers);
        var all = new float[images.Length * numbers];
        var now = new Lazy<string>(() => PreprocessingJson.Of(Encoder.Preprocessor.Options).ToJsonString());
        for (var i = 0; i < images.Length; i++)
        {
            if (images[i].Values.Length != numbers)
            {
                throw new CaptioningException($"The embedding of '{images[i].Source}' has {images[i].Values.Length} numbers, and the captioner's encoder gives {numbers}: it is of another encoder.");
            }

            if (images[i].Preprocessing is { } stored && PreprocessingJson.Differences(stored, now.Value).ToList() is { Count: > 0 } differences)
            {
                throw new CaptioningException($"The embedding of '{images[i].Source}' was computed with another preprocessing than the captioner's: {string.Join("; ", differences)}. Build the store again.");
            }

            images[i].Values.Span.CopyTo(all.AsSpan(i * numbers));
        }

        return tensor(all, shape.Of(images.Length));
    }

    private string Text(IReadOnlyList<int> ids) => Tokenizer.DecodeKnown(ids, skipSpecialTokens: true);

    /// <param name="captions">By their pictures' places.</param>
    /// <param name="places">The places that the embeddings' rows are of.</param>
    /// <param name="embeddings">[B, D].</param>
    private void AddSimilarities(Dictionary<int, List<Caption>> captions, int[] places, Tensor embeddings)
    {
        if (captions.Count == 0)
        {
            return;
        }

        using var texts = TextEncoder!.Encode([.. captions.Values.SelectMany(c => c).Select(c => c.Text)]);
        using var normalised = nn.functional.normalize(texts.cpu(), dim: -1);
        using var images = nn.functional.normalize(embeddings.cpu(), dim: -1);
        using var cosines = MatrixProduct.Transposed(normalised, images);
        var next = 0;
        foreach (var (place, written) in captions)
        {
            var row = Array.IndexOf(places, place);
            for (var i = 0; i < written.Count; i++)
            {
                written[i] = written[i] with { Similarity = cosines[next++, row].item<float>() };
            }
        }
    }

    private static List<ReadOnlyMemory<float>> Rows(Tensor embeddings)
    {
        using var plain = embeddings.to_type(ScalarType.Float32).cpu().contiguous();
        var all = plain.data<float>().ToArray();
        var each = all.Length / (int)embeddings.shape[0];
        return [.. Enumerable.Range(0, (int)embeddings.shape[0]).Select(i => (ReadOnlyMemory<float>)all.AsMemory(i * each, each))];
    }

    private void ThrowIfUnfit()
    {
        List<string> errors = [];
        if (Encoder.Features != Projector.Features)
        {
            errors.Add($"The encoder gives {Encoder.Features}, and the projector takes {Projector.Features}.");
        }

        if (Projector.HiddenSize != Decoder.HiddenSize)
        {
            errors.Add($"The projector's visual tokens have {Projector.HiddenSize} numbers, and the decoder takes {Decoder.HiddenSize}.");
        }

        if (TextEncoder is not null && new FeatureShape(TextEncoder.EmbeddingDimension) is var text && text != Encoder.Features)
        {
            errors.Add($"The text encoder gives {text}, and the image encoder {Encoder.Features}: without a similarity, leave the text encoder out.");
        }

        if (errors.Count > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, errors));
        }
    }
}
