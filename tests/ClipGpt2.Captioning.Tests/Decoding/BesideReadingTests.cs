using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Processors;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>What is different where visual tokens are read beside the text, and what isn't.</summary>
[Collection(nameof(CountsTensors))]
public sealed class BesideReadingTests : IDisposable
{
    private const int Vocabulary = 12;
    private const int Hidden = 6;
    private const int Start = 7;

    private readonly BesideDecoder _decoder = new(new BesideModel(Vocabulary, Hidden, seed: 3), Start);
    private readonly Tensor _visual = Visual(images: 3, tokens: 5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Searches => ["greedy", "beams", "groups", "words", "sampling"];

    public void Dispose()
    {
        _visual.Dispose();
        _decoder.Dispose();
    }

    [Fact]
    public void A_decoder_reads_as_its_model_does()
    {
        Assert.Equal(VisualTokens.Beside, _decoder.Reading);
        using var before = new ScriptedDecoder(Search.Tables.Model(0));
        Assert.Equal(VisualTokens.Before, before.Reading);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Every_search_finds_what_the_same_model_finds_before_the_text(string search)
    {
        // The same distribution for a model that has nothing before its text but visual tokens.
        using var scripted = new ScriptedDecoder(new ScriptedModel(Vocabulary, (image, text) => Next(image, text.Length == 0 ? Start : text[^1])));
        var options = Options(search);
        var expected = scripted.Decode(options, 0, 1, 2);
        var found = _decoder.Decode(_visual, options, Token);
        for (var image = 0; image < 3; image++)
        {
            Assert.Equal(expected[image].Count, found[image].Count);
            Assert.All(expected[image].Zip(found[image]), pair =>
            {
                Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5);

                // A token's chance hangs on the one before it alone: texts of the same pairs of tokens have the same score, and rounding says which comes first.
                Assert.Equal(Pairs(pair.First.TokenIds), Pairs(pair.Second.TokenIds));
            });
        }

        Assert.All(_decoder.Model.Prompts, prompt => Assert.Equal([Start], prompt));
    }

    [Fact]
    public void The_start_token_takes_a_position_and_visual_tokens_take_none()
    {
        var never = new DecodingOptions { Beams = 1, MaxLength = 9, SuppressedTokens = [BesideModel.EndToken] };
        Assert.Equal(9 - 1, Decode(never)[0].Count);
        never.PromptIds = [1, 2];
        Assert.Equal(9 - 3, Decode(never)[0].Count);
        never.MaxLength = 3;
        Assert.Contains("MaxLength", Assert.Throws<CaptioningException>(() => Decode(never)).Message, StringComparison.Ordinal);
        (never.MaxLength, never.MaxNewTokens, never.PromptIds) = (null, 32, null);
        Assert.Equal(32, Decode(never)[0].Count);
        never.MaxNewTokens = 33;
        Assert.Contains("more positions than the model has (32)", Assert.Throws<CaptioningException>(() => Decode(never)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Processors_see_start_token_and_prompt()
    {
        var seen = new List<int[]>();
        Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 2, PromptIds = [4], LogitsProcessors = [new Recorder(seen)], SuppressedTokens = [0] });
        Assert.All(seen, history => Assert.Equal([Start, 4], history[..2]));
        Assert.Equal([2, 3], seen.Select(history => history.Length).Distinct().Order());

        Assert.All(Decode(new DecodingOptions { Beams = 3, MaxNewTokens = 6, NoRepeatNgramSize = 1, PromptIds = [4] }), text => Assert.DoesNotContain(text, token => token is Start or 4));
        Assert.All(Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 6, MinLength = 5, PromptIds = [4] }), text => Assert.DoesNotContain(0, text.Take(2)));
        Assert.All(Decode(new DecodingOptions { Beams = 2, MaxLength = 6, ForcedEosTokenId = 9, EndTokenIds = [9], MinNewTokens = 5 }), text => Assert.Equal((5, 9), (text.Count, text[^1])));
    }

    [Fact]
    public void A_forced_first_token_is_the_first_that_is_written_and_none_after_a_prompt()
    {
        var options = new DecodingOptions { Beams = 1, MaxNewTokens = 3, ForcedBosTokenId = 9, BeginSuppressedTokens = [10] };
        Assert.All(Decode(options), text => Assert.Equal(9, text[0]));
        var plain = Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 3, PromptIds = [4], BeginSuppressedTokens = [10] });
        options.PromptIds = [4];
        Assert.Equal(plain, Decode(options));
    }

    [Fact]
    public void Each_image_alone_decides_about_its_start_token_and_none_is_filled_up()
    {
        int[][] prompts = [[4, 2], [], [Start, 5, 1]];
        foreach (var search in new[] { "greedy", "beams" })
        {
            var options = Options(search);
            options.ImagePromptIds = prompts;
            _decoder.Model.Prompts.Clear();
            var together = _decoder.Decode(_visual, options, Token);

            // [Start, 4, 2] and [Start, 5, 1] go together: they are equally long.
            Assert.Equal([[Start], [Start]], _decoder.Model.Prompts);
            for (var image = 0; image < prompts.Length; image++)
            {
                var alone = Options(search);
                alone.PromptIds = prompts[image];
                using var row = _visual.narrow(0, image, 1);
                var expected = _decoder.Decode(row, alone, Token)[0];
                Assert.Equal(expected.Select(s => s.TokenIds), together[image].Select(s => s.TokenIds));
            }
        }
    }

    [Fact]
    public void Prompts_of_different_length_stand_behind_visual_tokens_too()
    {
        using var scripted = new ScriptedDecoder(new ScriptedModel(Vocabulary, (image, text) => Next(image, text.Length == 0 ? Start : (text[^1] + text.Length) % Vocabulary)));
        int[][] prompts = [[4, 2], [], [5, 1]];
        var together = scripted.Decode(new DecodingOptions { Beams = 2, MaxNewTokens = 6, ImagePromptIds = prompts }, 0, 1, 2);
        for (var image = 0; image < prompts.Length; image++)
        {
            Assert.Equal(scripted.Decode(new DecodingOptions { Beams = 2, MaxNewTokens = 6, PromptIds = prompts[image] }, image)[0][0].TokenIds, together[image][0].TokenIds);
        }
    }

    [Fact]
    public void Another_start_token_is_the_calls_to_name_and_without_any_there_is_no_text()
    {
        Assert.Equal(Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 4, PromptIds = [Start, 2] }), Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 4, PromptIds = [2] }));
        _decoder.Model.Prompts.Clear();
        Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 4, StartTokenId = 5 });
        Assert.Equal([5], Assert.Single(_decoder.Model.Prompts));
        using var unknowing = new BesideDecoder(new BesideModel(Vocabulary, Hidden, seed: 3), startToken: null);
        var error = Assert.Throws<CaptioningException>(() => unknowing.Decode(_visual, new DecodingOptions(), Token));
        Assert.Contains("DecodingOptions.StartTokenId", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CaptioningException>(() => Decode(new DecodingOptions { StartTokenId = Vocabulary }));
        Assert.Contains("StartTokenId has tokens outside of the vocabulary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_for_each_image_means_each()
    {
        var error = Assert.Throws<CaptioningException>(() => Decode(new DecodingOptions { ImagePromptIds = [[1]] }));
        Assert.Contains("ImagePromptIds has 1 entries for 3 images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_of_the_tokens_themselves_and_confidence_with_them()
    {
        int[][] captions = [[1, 2, 0], [3], []];
        var scores = _decoder.Score(_visual, captions, Token);
        for (var image = 0; image < captions.Length; image++)
        {
            var expected = captions[image].Select((token, i) => LogProbability(Next(image, i == 0 ? Start : captions[image][i - 1]), token)).ToList();
            Assert.Equal(expected.Count, scores[image].LogProbabilities.Count);
            Assert.All(expected.Zip(scores[image].LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        var written = _decoder.Decode(_visual, new DecodingOptions { Beams = 1, MaxNewTokens = 5 }, Token);
        var again = _decoder.Score(_visual, [.. written.Select(w => w[0].TokenIds)], Token);
        Assert.All(written.Zip(again), pair => Assert.Equal(CaptionConfidence.Of(pair.First[0]).Sum, pair.Second.LogProbabilities.Sum(p => (double)p), 1e-4));
    }

    [Fact]
    public async Task Tokens_are_streamed_as_they_are_written()
    {
        var options = new DecodingOptions { Beams = 1, MaxNewTokens = 6 };
        using var first = _visual.narrow(0, 0, 1);
        var streamed = new List<int>();
        await foreach (var token in _decoder.StreamAsync(first, options, Token))
        {
            streamed.Add(token.TokenId);
        }

        Assert.Equal(Decode(options)[0], streamed);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        var before = CountsTensors.Settled();
        Decode(new DecodingOptions { Beams = 3, MaxNewTokens = 4, ImagePromptIds = [[1], [2], [3, 4]] });
        _decoder.Score(_visual, [[1], [2], [3]], Token);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static DecodingOptions Options(string search) => search switch
    {
        "greedy" => new() { Beams = 1, MaxNewTokens = 8 },
        "beams" => new() { Beams = 4, MaxNewTokens = 8, ReturnedSequences = 3, LengthPenalty = 0.7 },
        "groups" => new() { Beams = 4, BeamGroups = 2, DiversityPenalty = 0.5, MaxNewTokens = 8, ReturnedSequences = 4 },
        "words" => new() { Beams = 4, MaxNewTokens = 8, RequiredWords = [new RequiredWord([[3, 5]])] },
        _ => new() { Beams = 1, Sample = true, Seed = 5, MaxNewTokens = 8, ReturnedSequences = 2 },
    };

    private static Tensor Visual(int images, int tokens)
    {
        using var generator = new Generator(9, CPU);
        return randn(images, tokens, Hidden, generator: generator);
    }

    private IReadOnlyList<IReadOnlyList<int>> Decode(DecodingOptions options) => [.. _decoder.Decode(_visual, options, Token).Select(sequences => sequences[0].TokenIds)];

    private float[] Next(int image, int last)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return _decoder.Model.Logits(_visual.narrow(0, image, 1), tensor((long[])[last]).unsqueeze(0)).flatten().contiguous().data<float>().ToArray();
    }

    private static IEnumerable<(int, int)> Pairs(IReadOnlyList<int> text) => text.Zip(text.Skip(1)).Order();

    private static float LogProbability(float[] logits, int token) => logits[token] - MathF.Log(logits.Sum(MathF.Exp));

    private sealed class Recorder(List<int[]> seen) : ILogitsProcessor
    {
        public void Process(in LogitsContext context, Span<float> scores)
        {
            lock (seen)
            {
                seen.Add(context.History.ToArray());
            }
        }
    }
}
