using ClipGpt2.Captioning.Decoding;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

public sealed class BeamSearchTests
{
    private const int Longest = 4;
    private const double FloatRounding = 2e-6;

    [Fact]
    public void With_enough_beams_it_finds_the_best_of_all_texts() => Tables.Markov.Sample(table =>
    {
        var options = new DecodingOptions { Beams = 400, MaxNewTokens = Longest, LengthPenalty = 0.7, EarlyStopping = EarlyStopping.Never };
        using var decoder = new ScriptedDecoder(ScriptedModel.Markov(table));
        var texts = AllTexts(table).ToList();
        var best = texts.Max(t => t.Score);
        var found = decoder.Decode(options, 0)[0][0];
        Assert.Equal(best, found.Score, 1e-4);

        // Logits may differ by less than a float32 sum of them can tell: then any of the texts that are equally good is right.
        Assert.Contains(texts, t => t.Score >= best - FloatRounding && t.Text.SequenceEqual(found.TokenIds));
    }, iter: 20);

    [Theory]
    [InlineData(EarlyStopping.WhenFull)]
    [InlineData(EarlyStopping.Heuristic)]
    [InlineData(EarlyStopping.Never)]
    public void What_an_image_gets_does_not_depend_on_its_batch(EarlyStopping early) => Gen.Select(Gen.Int[0, 1000], Gen.Int[2, 5]).Sample((seed, beams) =>
    {
        var options = new DecodingOptions { Beams = beams, MaxNewTokens = 6, EarlyStopping = early, ReturnedSequences = beams };
        AssertAlike(Tables.Model(seed), options);
    }, iter: 30);

    [Fact]
    public void What_an_image_gets_from_groups_does_not_depend_on_its_batch() => Gen.Int[0, 1000].Sample(seed =>
        AssertAlike(Tables.Model(seed), new DecodingOptions { Beams = 4, BeamGroups = 2, DiversityPenalty = 0.7, MaxNewTokens = 6 }), iter: 30);

    [Fact]
    public void What_an_image_gets_with_required_words_does_not_depend_on_its_batch() => Gen.Int[0, 1000].Sample(seed =>
        AssertAlike(Tables.Model(seed), new DecodingOptions { Beams = 3, RequiredWords = [new RequiredWord(3, 2)], MaxNewTokens = 6 }), iter: 30);

    [Fact]
    public void Required_words_are_in_the_text()
    {
        using var decoder = new ScriptedDecoder(new ScriptedModel(5, (_, _) => [1, 2, -1, -2, 0]));
        var options = new DecodingOptions { Beams = 4, MaxNewTokens = 8, RequiredWords = [new RequiredWord(3, 2), new RequiredWord([[4, 4, 4], [2, 2]])] };
        var text = string.Join(" ", decoder.Decode(options, 0)[0][0].TokenIds);
        Assert.Contains("3 2", text);
        Assert.True(text.Contains("4 4 4", StringComparison.Ordinal) || text.Contains("2 2", StringComparison.Ordinal), text);
    }

    [Fact]
    public void Images_that_are_done_leave_the_batch()
    {
        var model = new ScriptedModel(3, (image, text) => text.Length >= image ? [5, 0, 0] : [0, 5, 1]);
        using var decoder = new ScriptedDecoder(model);
        decoder.Decode(new DecodingOptions { Beams = 1, MaxNewTokens = 10 }, 0, 2, 1);
        Assert.Equal([3, 2, 1], model.RowsPerStep);
        Assert.Equal(0, model.OpenSessions);
    }

    [Fact]
    public void More_beams_than_texts_are_no_error()
    {
        using var decoder = new ScriptedDecoder(ScriptedModel.Markov([[0, 1], [0, 1]]));
        var found = decoder.Decode(new DecodingOptions { Beams = 6, MaxNewTokens = 1, ReturnedSequences = 2 }, 0)[0];
        Assert.Equal([1, 0], found.Select(s => s.TokenIds[0]));
    }

    [Fact]
    public void No_images_give_no_results()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(0));
        Assert.Empty(decoder.Decode(new DecodingOptions()));
    }

    [Fact]
    public void Beams_tell_how_they_were_found_only_if_asked()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(1));
        var options = new DecodingOptions { RepetitionPenalty = 1.5, MaxNewTokens = 6, MinNewTokens = 6 };
        Assert.Null(decoder.Decode(options, 0)[0][0].Trace);
        options.Trace = true;
        var found = decoder.Decode(options, 0)[0][0];
        Assert.Equal(found.TokenIds.Count, found.Trace!.Beams.Count);
        Assert.Equal(found.Score, found.Trace.Scores.Sum() / found.TokenIds.Count, 1e-4);
        Assert.NotEqual(found.Trace.Scores, found.LogProbabilities);
    }

    private static void AssertAlike(ScriptedModel model, DecodingOptions options)
    {
        using var decoder = new ScriptedDecoder(model);
        var together = decoder.Decode(options, 0, 1, 2, 3);
        for (var image = 0; image < 4; image++)
        {
            var alone = decoder.Decode(options, image)[0];
            Assert.Equal(alone.Select(s => string.Join(" ", s.TokenIds)), together[image].Select(s => string.Join(" ", s.TokenIds)));
            Assert.Equal(alone.Select(s => s.Score), together[image].Select(s => s.Score));
        }
    }

    private static IEnumerable<(int[] Text, double Score)> AllTexts(float[][] table, int[]? text = null, double sum = 0)
    {
        text ??= [];
        var logits = table[text.Length == 0 ? 0 : text[^1]];
        var logSum = Math.Log(logits.Sum(l => Math.Exp(l)));
        for (var token = 0; token < logits.Length; token++)
        {
            int[] longer = [.. text, token];
            var total = sum + logits[token] - logSum;
            if (token == 0 || longer.Length == Longest)
            {
                yield return (longer, total / Math.Pow(longer.Length, 0.7));
                continue;
            }

            foreach (var rest in AllTexts(table, longer, total))
            {
                yield return rest;
            }
        }
    }
}
