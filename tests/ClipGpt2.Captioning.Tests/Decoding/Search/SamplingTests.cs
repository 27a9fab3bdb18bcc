using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

public sealed class SamplingTests
{
    private static readonly float[] Logits = [0.5f, 2, -1, 1, 0];

    [Fact]
    public void The_same_seed_draws_the_same_captions()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(3));
        var options = new DecodingOptions { Beams = 1, Sample = true, Seed = 7, MaxNewTokens = 12 };
        var first = Ids(decoder.Decode(options, 0, 1, 2));
        Assert.Equal(first, Ids(decoder.Decode(options, 0, 1, 2)));
        options.Seed = 8;
        Assert.NotEqual(first, Ids(decoder.Decode(options, 0, 1, 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Draws_do_not_depend_on_how_a_run_is_divided_into_batches(int beams)
    {
        using var decoder = new ScriptedDecoder(Tables.Model(4));
        var options = new DecodingOptions { Beams = beams, Sample = true, ReturnedSequences = 2, MaxNewTokens = 6, EarlyStopping = EarlyStopping.Heuristic };
        if (beams == 1)
        {
            options.ReturnedSequences = 3;
        }

        var together = Ids(decoder.Decode(options, 5, 6, 7));
        options.ImageNumbers = [2, 0];
        Assert.Equal([together[2], together[0]], Ids(decoder.Decode(options, 7, 5)));
        Assert.Throws<CaptioningException>(() => decoder.Decode(options, 7));
    }

    [Fact]
    public void Tokens_are_drawn_by_their_probabilities()
    {
        using var decoder = new ScriptedDecoder(new ScriptedModel(5, (_, _) => Logits));
        var options = new DecodingOptions { Beams = 1, Sample = true, TopK = 0, ReturnedSequences = 20_000, MaxNewTokens = 1 };
        var drawn = decoder.Decode(options, 0)[0].CountBy(s => s.TokenIds[0]).ToDictionary();
        var total = Logits.Sum(l => Math.Exp(l));
        for (var token = 0; token < Logits.Length; token++)
        {
            Assert.Equal(Math.Exp(Logits[token]) / total, drawn[token] / 20_000.0, 0.015);
        }
    }

    [Fact]
    public void Beam_sampling_draws_first_by_probability()
    {
        using var decoder = new ScriptedDecoder(new ScriptedModel(5, (_, _) => Logits));
        var options = new DecodingOptions { Beams = 2, Sample = true, TopK = 0, MaxNewTokens = 1 };
        var pairs = Enumerable.Range(0, 4000).Select(seed =>
        {
            options.Seed = seed;
            options.ReturnedSequences = 2;
            return decoder.Decode(options, 0)[0].Select(s => s.TokenIds[0]).ToHashSet();
        });

        // Two draws without replacement leave out token 1 with the sum over first draws i of p(i) (1 - p(1) / (1 - p(i))) for i other than 1.
        var weights = Logits.Select(l => Math.Exp(l)).ToArray();
        var p = weights.Select(w => w / weights.Sum()).ToArray();
        var without = Enumerable.Range(0, 5).Where(i => i != 1).Sum(i => p[i] * (1 - (p[1] / (1 - p[i]))));
        Assert.Equal(without, pairs.Count(pair => !pair.Contains(1)) / 4000.0, 0.03);
    }

    [Fact]
    public void Drawing_where_everything_is_forbidden_is_an_error_of_ours()
    {
        using var decoder = new ScriptedDecoder(Tables.Model(0));
        var options = new DecodingOptions { Beams = 1, Sample = true, SuppressedTokens = [0, 1, 2, 3, 4] };
        Assert.Contains("forbidden", Assert.Throws<CaptioningException>(() => decoder.Decode(options, 0)).Message);
        options.Beams = 2;
        Assert.Contains("forbidden", Assert.Throws<CaptioningException>(() => decoder.Decode(options, 0)).Message);
    }

    private static List<string> Ids(IReadOnlyList<IReadOnlyList<DecodedSequence>> results) =>
        [.. results.Select(r => string.Join(" | ", r.Select(s => string.Join(" ", s.TokenIds))))];
}
