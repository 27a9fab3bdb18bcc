using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Processors;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>A vocabulary with rows that no tokenizer has, one of which the model finds best everywhere.</summary>
public sealed class PaddedVocabularyTests
{
    private const int Padding = 16;

    public static TheoryData<string> Searches => [.. SearchesByName.Keys];

    private static readonly Dictionary<string, DecodingOptions> SearchesByName = new()
    {
        ["greedy"] = new() { Beams = 1 },
        ["beams"] = new() { Beams = 4 },
        ["sampling"] = new() { Beams = 1, Sample = true, TopK = 0 },
        ["beam sampling"] = new() { Beams = 3, Sample = true },
        ["groups"] = new() { Beams = 4, BeamGroups = 2, DiversityPenalty = 0.5 },
        ["required words"] = new() { Beams = 3, RequiredWords = [new RequiredWord(33, 308)] },
        ["ClipCap's greedy"] = new() { Strategy = DecodingStrategy.ClipCapGreedy, EndTokenIds = [0] },
        ["ClipCap's beams"] = new() { Strategy = DecodingStrategy.ClipCapBeam, EndTokenIds = [0] },
        ["invalid values replaced"] = new() { Beams = 1, RemoveInvalidValues = true },
        ["a host's processor"] = new() { Beams = 1, LogitsProcessors = [new Preferring(565)] },
        ["favoured"] = new() { Beams = 1, SequenceBiases = [new SequenceBias([565], 100)] },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public void No_search_of_a_captioner_writes_them_unless_it_is_let(string search)
    {
        using var copy = new CaptionerCopy();
        Pad(copy);
        using var captioner = copy.Load();
        var length = ((TransformerTokenizer)captioner.Tokenizer).VocabularySize;
        var options = SearchesByName[search].Clone();
        var results = captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile), new CaptionOptions { Decoding = options });
        Assert.All(results, result => Assert.All(result.Best.Sequence.TokenIds, id => Assert.InRange(id, 0, length - 1)));
        Assert.All(results, result => Assert.NotEmpty(result.Text));

        options.AllowPaddedTokens = true;
        results = captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile), new CaptionOptions { Decoding = options });
        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Contains(results, result => result.Best.Sequence.TokenIds.Any(id => id >= length));
    }

    [Fact]
    public void Without_them_the_captions_are_those_of_the_unpadded_model()
    {
        using var copy = new CaptionerCopy();
        Pad(copy);
        using var captioner = copy.Load();
        using var unpadded = SampleCaptioner.Load();
        Assert.All(SampleCaptioner.Images, image => Assert.Equal(unpadded.Caption(image).Best.Sequence.TokenIds, captioner.Caption(image).Best.Sequence.TokenIds));
    }

    [Fact]
    public async Task Where_they_are_let_a_stream_has_nothing_in_their_places()
    {
        using var copy = new CaptionerCopy();
        Pad(copy);
        using var captioner = copy.Load();
        var options = new CaptionOptions { Decoding = new DecodingOptions { Beams = 1, AllowPaddedTokens = true } };
        var pieces = await captioner.StreamAsync(SampleCaptioner.Images[0], options, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(captioner.Caption(SampleCaptioner.Images[0], options).Text, string.Concat(pieces));
    }

    [Fact]
    public void A_decoder_without_tokenizer_knows_of_no_padding_and_one_with_its_own_does()
    {
        using var copy = new CaptionerCopy();
        Pad(copy);
        using var captioner = copy.Load();
        using var folder = copy.OpenDecoder();
        using var plain = Gpt2CaptionDecoder.Load(folder);
        var embedding = captioner.Caption(SampleCaptioner.Images[0], new CaptionOptions { IncludeEmbedding = true }).Embedding!.Value;
        using var prefix = captioner.Projector.Project(tensor(embedding.ToArray()).unsqueeze(0));
        var options = new DecodingOptions { Beams = 1, MaxNewTokens = 5 };
        Assert.Contains(plain.Decode(prefix, options)[0][0].TokenIds, id => id >= 560);
        Assert.DoesNotContain(captioner.Decoder.Decode(prefix, options)[0][0].TokenIds, id => id >= 560);
    }

    [Fact]
    public void A_forced_token_that_the_tokenizer_lacks_is_refused()
    {
        using var copy = new CaptionerCopy();
        Pad(copy);
        using var captioner = copy.Load();
        var options = new CaptionOptions { Decoding = new DecodingOptions { ForcedEosTokenId = 565 } };
        Assert.Contains("AllowPaddedTokens", Assert.Throws<CaptioningException>(() => captioner.Caption(SampleCaptioner.Images[0], options)).Message, StringComparison.Ordinal);
    }

    /// <summary>Adds rows to the token embedding, which is the head too; the sixth is the last layer norm's bias many times over, and so wins.</summary>
    private static void Pad(CaptionerCopy copy)
    {
        var path = copy.PathOf("decoder/model.safetensors");
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights;
        using (var file = SafetensorsFile.Open(path))
        {
            weights = file.Tensors.Keys.ToDictionary(name => name, name => file.Read(name).clone());
        }

        var embedding = weights["transformer.wte.weight"];
        var rows = zeros(Padding, embedding.shape[1]);
        rows[5] = embedding[33].mul(4.ToScalar());
        weights["transformer.wte.weight"] = cat([embedding, rows]);
        SafetensorsWriter.Write(path, weights, new Dictionary<string, string> { ["format"] = "pt" });
        copy.Edit("decoder/config.json", ("vocab_size", embedding.shape[0] + Padding));
    }

    private sealed class Preferring(int token) : ILogitsProcessor
    {
        public void Process(in LogitsContext context, Span<float> scores) => scores[token] = 1e6f;
    }
}
