using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Tests.Decoding.Search;

namespace ClipGpt2.Captioning.Tests.Decoding;

public sealed class CaptionDecoderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_defaults_are_the_seeds_inference()
    {
        var options = new DecodingOptions();
        Assert.Empty(options.SetOptions());
        options.Validate();
        options = options.WithDefaults();
        Assert.Equal((5, EarlyStopping.WhenFull, 25, false), (options.Beams, options.EarlyStopping, options.MaxNewTokens, options.Sample));
        options.Validate();
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(0));
        var options = new DecodingOptions
        {
            Beams = 5, BeamGroups = 2, DiversityPenalty = 0, ReturnedSequences = 6, RepetitionPenalty = 0, BadWords = [[]], SuppressedTokens = [99], MaxNewTokens = 1000, StopStrings = ["."],
        };
        var message = Assert.Throws<CaptioningException>(() => decoder.Decode(options, 0)).Message;
        foreach (var name in new[] { "BeamGroups", "DiversityPenalty", "ReturnedSequences", "RepetitionPenalty", "BadWords", "SuppressedTokens", "MaxNewTokens", "tokenizer" })
        {
            Assert.Contains(name, message);
        }
    }

    [Fact]
    public void A_prefix_of_another_size_is_an_error()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(0));
        using var prefix = TorchSharp.torch.zeros(1, 2, 3);
        Assert.Throws<CaptioningException>(() => decoder.Decode(prefix, new DecodingOptions(), Token));
    }

    [Fact]
    public void The_length_of_prefix_and_prompt_counts_for_the_whole_length()
    {
        using var decoder = new ScriptedDecoder(new ScriptedModel(5, (_, _) => [0, 0, 0, 1, 0]));
        var options = new DecodingOptions { Beams = 1, MaxNewTokens = null, MaxLength = 9, PromptIds = [1, 2, 3] };
        Assert.Equal(9 - 1 - 3, decoder.Decode(options, 0)[0][0].TokenIds.Count);
        options.MaxLength = null;
        Assert.Equal(25, decoder.Decode(options, 0)[0][0].TokenIds.Count);
        options.MaxLength = 4;
        Assert.Contains("MaxLength", Assert.Throws<CaptioningException>(() => decoder.Decode(options, 0)).Message);
    }

    [Fact]
    public void Cancelling_ends_the_search_between_two_steps()
    {
        using var cancel = new CancellationTokenSource();
        var model = new ScriptedModel(3, (_, text) =>
        {
            if (text.Length == 2)
            {
                cancel.Cancel();
            }

            return [0, 1, 0];
        });
        using var decoder = new ScriptedDecoder(model);
        using var prefix = ScriptedModel.Prefix(0);
        Assert.Throws<OperationCanceledException>(() => decoder.Decode(prefix, new DecodingOptions { Beams = 1 }, cancel.Token));
        Assert.Equal((3 + 1, 0), (model.RowsPerStep.Count, model.OpenSessions));
    }

    [Fact]
    public async Task Streaming_gives_the_tokens_of_decoding()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(5));
        var options = new DecodingOptions { Beams = 1, Sample = true, Seed = 3, MaxNewTokens = 10 };
        using var prefix = ScriptedModel.Prefix(0, 1);
        var streamed = await decoder.StreamAsync(prefix, options, Token).ToListAsync(Token);
        var decoded = decoder.Decode(prefix, options, Token);
        for (var image = 0; image < 2; image++)
        {
            var tokens = streamed.Where(t => t.Image == image).ToList();
            Assert.Equal(decoded[image][0].TokenIds, tokens.Select(t => t.TokenId));
            Assert.Equal(decoded[image][0].LogProbabilities, tokens.Select(t => t.LogProbability));
            Assert.Equal(decoded[image][0].FinishReason, tokens[^1].FinishReason);
        }
    }

    [Fact]
    public async Task Ending_a_stream_early_ends_the_decoding()
    {
        var model = new ScriptedModel(3, (_, text) =>
        {
            Thread.Sleep(text.Length < 2 ? 0 : 20);
            return [0, 1, 0];
        });
        using var decoder = new ScriptedDecoder(model);
        using var prefix = ScriptedModel.Prefix(0);
        await foreach (var token in decoder.StreamAsync(prefix, new DecodingOptions { Beams = 1, MaxNewTokens = 60 }, Token))
        {
            Assert.Equal(1, token.TokenId);
            break;
        }

        Assert.Equal(0, model.OpenSessions);
        Assert.True(model.RowsPerStep.Count < 60);
    }

    [Fact]
    public async Task An_error_while_streaming_reaches_the_reader()
    {
        using var decoder = new ScriptedDecoder(new ScriptedModel(3, (_, text) => text.Length < 2 ? [0, 1, 0] : throw new InvalidDataException("broken")));
        using var prefix = ScriptedModel.Prefix(0);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await decoder.StreamAsync(prefix, new DecodingOptions { Beams = 1 }, Token).ToListAsync(Token));
        Assert.Throws<CaptioningException>(() => decoder.StreamAsync(prefix, new DecodingOptions(), Token));
    }

    [Fact]
    public void Given_captions_are_scored_as_they_would_be_written()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(6));
        var written = decoder.Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 6 }, 0, 1);
        using var prefix = ScriptedModel.Prefix(0, 1);
        var scores = decoder.Score(prefix, [.. written.Select(w => w[0].TokenIds)], Token);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(written[i][0].LogProbabilities.Count, scores[i].Entropies.Count);
            Assert.All(written[i][0].LogProbabilities.Zip(scores[i].LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        Assert.Throws<CaptioningException>(() => decoder.Score(prefix, [[1]], Token));
    }

    [Fact]
    public void Of_no_tokens_a_model_is_sure() =>
        Assert.Equal(new CaptionConfidence(0, 0, 1, 1, 1), CaptionConfidence.Of(new DecodedSequence([0], [-1f], -1, FinishReason.EndToken), withEnd: false));
}
