using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Projectors;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests;

/// <summary>Whatever part gives NaN or infinity for a picture: that picture has an error which names part and picture, and the others have captions.</summary>
public sealed class NonFiniteFigureTests
{
    private static readonly string[] Three = [.. SampleCaptioner.Images.Take(3)];

    public static TheoryData<string, float> Places => new(
        from place in (string[])["encoder's embedding", "projector's visual tokens", "decoder's scores", "text encoder's similarities"]
        from value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity]
        select (place, value));

    public static TheoryData<string> Searches => [.. SearchesByName.Keys];

    private static readonly Dictionary<string, DecodingOptions> SearchesByName = new()
    {
        ["greedy"] = new() { Beams = 1 },
        ["with processors"] = new() { Beams = 1, RepetitionPenalty = 1.2 },
        ["beams"] = new() { Beams = 3 },
        ["sampling"] = new() { Beams = 1, Sample = true },
        ["beam sampling"] = new() { Beams = 3, Sample = true },
        ["groups"] = new() { Beams = 4, BeamGroups = 2, DiversityPenalty = 0.5 },
        ["required words"] = new() { Beams = 3, RequiredWords = [new RequiredWord(3, 2)] },
        ["ClipCap's greedy"] = new() { Strategy = DecodingStrategy.ClipCapGreedy, EndTokenIds = [0] },
        ["ClipCap's beams"] = new() { Strategy = DecodingStrategy.ClipCapBeam, EndTokenIds = [0] },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void One_picture_has_the_error_and_the_others_have_captions(string place, float value)
    {
        using var parts = SampleCaptioner.Load();
        using var captioner = Broken(parts, place, value, row: 1);
        var options = new CaptionOptions { IncludeSimilarity = place.StartsWith("text", StringComparison.Ordinal) };
        var results = captioner.Caption(Three.Select(ImageSource.FromFile), options);
        var error = Assert.IsType<CaptioningException>(results[1].Error, exactMatch: false);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(Three[1], error.Message, StringComparison.Ordinal);
        Assert.Contains("NaN or infinity", error.Message, StringComparison.Ordinal);
        foreach (var other in (int[])[0, 2])
        {
            Assert.Equal(parts.Caption(Three[other]).Text, results[other].Text);
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Alone_the_picture_throws(string place, float value)
    {
        using var parts = SampleCaptioner.Load();
        using var captioner = Broken(parts, place, value, row: 0);
        var options = new CaptionOptions { IncludeSimilarity = place.StartsWith("text", StringComparison.Ordinal) };
        Assert.Contains(Three[0], Assert.Throws<CaptioningException>(() => captioner.Caption(Three[0], options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder's embedding")]
    [InlineData("projector's visual tokens")]
    [InlineData("decoder's scores")]
    public async Task A_stream_ends_with_the_error(string place)
    {
        using var parts = SampleCaptioner.Load();
        using var captioner = Broken(parts, place, float.NaN, row: 0);
        var error = await Assert.ThrowsAsync<CaptioningException>(async () => await captioner.StreamAsync(Three[0], token: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(Three[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_embedding_that_was_handed_in_is_looked_at_too()
    {
        using var captioner = SampleCaptioner.Load();
        var good = captioner.Caption(Three[0], new CaptionOptions { IncludeEmbedding = true });
        var bad = good.Embedding!.Value.ToArray();
        bad[3] = float.NaN;
        var results = captioner.Caption([new ImageEmbedding("bad", bad), new ImageEmbedding("good", good.Embedding.Value)]);
        Assert.Contains("'bad'", results[0].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(good.Text, results[1].Text);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Every_search_notices_scores_that_are_not_finite_in_the_step_that_has_them(string search)
    {
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity])
        {
            using var decoder = new Decoding.ScriptedDecoder(new Decoding.ScriptedModel(5, (image, text) => [-2, 2, 1, image == 1 && text.Length == 2 ? value : 0.5f, 0]));
            var options = SearchesByName[search].Clone();
            options.MaxNewTokens = 4;
            Assert.Contains("image 1", Assert.Throws<CaptioningException>(() => decoder.Decode(options, 0, 1, 2)).Message, StringComparison.Ordinal);
            Assert.Equal(4, decoder.Decode(options, 0, 2)[1][0].TokenIds.Count);
            Assert.Equal(0, decoder.Model.OpenSessions);
        }
    }

    [Fact]
    public void A_caption_that_cannot_be_scored_is_named()
    {
        using var decoder = new Decoding.ScriptedDecoder(new Decoding.ScriptedModel(3, (image, _) => [0, image == 1 ? float.NaN : 1, 2]));
        using var prefix = Decoding.ScriptedModel.Prefix(0, 1);
        Assert.Contains("caption 1", Assert.Throws<CaptioningException>(() => decoder.Score(prefix, [[1], [1]], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CLIPScore_names_the_picture_or_the_text()
    {
        using var parts = SampleCaptioner.Load();
        var corpus = new CaptionCorpus([new CaptionedImage("first", "a red circle", ["a circle"]), new CaptionedImage("second", "a cross", ["a blue cross"])]);
        using var texts = new BrokenTexts(parts.Encoder.Features.Size, "a cross");
        using var pictures = new BrokenEncoder(parts.Encoder, 1, float.NaN);
        using var sound = new BrokenTexts(parts.Encoder.Features.Size, null);
        Assert.Contains("a cross'", Message(new ClipScoreMetric(parts.Encoder, texts, Picture)), StringComparison.Ordinal);
        Assert.Contains(Three[1], Message(new ClipScoreMetric(pictures, sound, Picture)), StringComparison.Ordinal);

        ImageSource Picture(CaptionedImage image) => Three[image.Id == "first" ? 0 : 1];

        string Message(ClipScoreMetric metric) => Assert.Throws<CaptioningException>(() => metric.Evaluate(corpus, TestContext.Current.CancellationToken)).Message;
    }

    private static Captioner Broken(Captioner parts, string place, float value, int row) => place switch
    {
        "encoder's embedding" => new(new BrokenEncoder(parts.Encoder, row, value), parts.Projector, parts.Decoder, parts.Tokenizer),
        "projector's visual tokens" => new(parts.Encoder, new BrokenProjector(parts.Projector, row, value), parts.Decoder, parts.Tokenizer),
        "decoder's scores" => new(parts.Encoder, parts.Projector, Decoder(parts.Decoder, row, value), parts.Tokenizer),
        _ => new(parts.Encoder, parts.Projector, parts.Decoder, parts.Tokenizer, textEncoder: new BrokenTexts(parts.Encoder.Features.Size, parts.Caption(Three[row]).Text, value)),
    };

    /// <summary>A decoder of this library over a model with broken scores; what is infinitely unlikely comes from a host's own, for it is no fault among logits.</summary>
    private static ICaptionDecoder Decoder(ICaptionDecoder inner, int row, float value) => float.IsNegativeInfinity(value)
        ? new HostsDecoder(inner, row, value)
        : new BrokenDecoder(((Gpt2CaptionDecoder)inner).Model, row, value);

    /// <summary>Puts a number into a row of a batch.</summary>
    private static Tensor Break(Tensor batch, int row, float value)
    {
        using var place = batch[row].flatten()[2];
        place.fill_(value.ToScalar());
        return batch;
    }

    private sealed class BrokenEncoder(IImageEncoder inner, int row, float value) : IImageEncoder
    {
        public FeatureShape Features => inner.Features;

        public ImagePreprocessor Preprocessor => inner.Preprocessor;

        public Tensor Encode(Tensor pixels) => Break(inner.Encode(pixels), row, value);

        public void Dispose()
        {
        }
    }

    private sealed class BrokenProjector(IPrefixProjector inner, int row, float value) : IPrefixProjector
    {
        public FeatureShape Features => inner.Features;

        public int PrefixLength => inner.PrefixLength;

        public int HiddenSize => inner.HiddenSize;

        public Tensor Project(Tensor embeddings) => Break(inner.Project(embeddings), row, value);

        public void Dispose()
        {
        }
    }

    /// <summary>A decoder whose model gives one row of the batch scores that aren't finite, in the first step.</summary>
    private sealed class BrokenDecoder(Gpt2Model model, int row, float value) : CaptionDecoder(new BrokenModel(model, row, value), [model.Config.EosTokenId!.Value])
    {
        public override Tensor Forward(Tensor prefix, Tensor tokenIds, Tensor? mask = null) => throw new NotSupportedException();
    }

    private sealed class BrokenModel(Gpt2Model model, int row, float value) : IAutoregressiveModel
    {
        public int HiddenSize => model.HiddenSize;

        public int VocabularySize => model.VocabularySize;

        public int MaxPositions => model.MaxPositions;

        public IDecodingSession Start(Tensor prefix, Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens) =>
            new Session(model.Start(prefix, attentionMask, promptIds, maxNewTokens), row, value);

        public Tensor Embed(Tensor tokenIds) => model.Embed(tokenIds);

        private sealed class Session(IDecodingSession inner, int row, float value) : IDecodingSession
        {
            private int _row = row;

            public int Rows => inner.Rows;

            public ReadOnlySpan<float> Logits(int row)
            {
                var logits = inner.Logits(row).ToArray();
                logits[7] = row == _row ? value : logits[7];
                return logits;
            }

            /// <summary>The image is gone after its first step, and its place is another's.</summary>
            public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
            {
                inner.Advance(parents, tokens);
                _row = -1;
            }

            public void Dispose() => inner.Dispose();
        }
    }

    /// <summary>A host's own decoder, which is asked for its results and no more.</summary>
    private sealed class HostsDecoder(ICaptionDecoder inner, int row, float value) : ICaptionDecoder
    {
        public int HiddenSize => inner.HiddenSize;

        public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(Tensor prefix, DecodingOptions options, CancellationToken token = default) =>
            [.. inner.Decode(prefix, options, token).Select((sequences, i) => i == row ? [sequences[0] with { Score = value }] : sequences)];

        public Tensor Forward(Tensor prefix, Tensor tokenIds, Tensor? mask = null) => inner.Forward(prefix, tokenIds, mask);

        public void Dispose()
        {
        }
    }

    private sealed class BrokenTexts(int dimension, string? text, float value = float.NaN) : ITextEncoder
    {
        public int EmbeddingDimension => dimension;

        public Tensor Encode(IReadOnlyList<string> texts)
        {
            var batch = ones(texts.Count, dimension);
            for (var row = 0; row < texts.Count; row++)
            {
                if (text is not null && texts[row].EndsWith(text, StringComparison.Ordinal))
                {
                    Break(batch, row, value);
                }
            }

            return batch;
        }

        public void Dispose()
        {
        }
    }
}
