using ClipGpt2.Captioning.Decoding;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

[Collection(nameof(CountsTensors))]
public sealed class DecodingMemoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_tensor_outlives_a_call()
    {
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Small));
        using var prefix = randn(3, 4, RandomGpt2.Small.HiddenSize);
        var before = CountsTensors.Settled();
        foreach (var options in Searches())
        {
            options.MaxNewTokens = 8;
            options.EndTokenIds = [0];
            decoder.Decode(prefix, options, Token);
        }

        await decoder.StreamAsync(prefix, new DecodingOptions { Beams = 1, MaxNewTokens = 8, EndTokenIds = [0] }, Token).ToListAsync(Token);
        decoder.Score(prefix, [[1, 2], [3], [4, 5, 6]], Token);
        using (var ids = tensor(new long[,] { { 1 }, { 2 }, { 3 } }))
        {
            decoder.Forward(prefix, ids).Dispose();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Threads_share_one_decoder()
    {
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Small));
        using var prefix = randn(2, 4, RandomGpt2.Small.HiddenSize);
        var options = new DecodingOptions { MaxNewTokens = 8, EndTokenIds = [0] };
        var expected = Ids(decoder.Decode(prefix, options, Token));
        var found = new string[4];
        var threads = Enumerable.Range(0, found.Length).Select(i => new Thread(() => found[i] = Ids(decoder.Decode(prefix, options)))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.All(found, f => Assert.Equal(expected, f));
    }

    private static DecodingOptions[] Searches() =>
    [
        new() { Beams = 1 },
        new() { Beams = 3, RepetitionPenalty = 1.2 },
        new() { Beams = 1, Sample = true, TopP = 0.9, TypicalP = 0.9, MinP = 0.01 },
        new() { Beams = 4, BeamGroups = 2, DiversityPenalty = 1 },
        new() { Beams = 3, RequiredWords = [new RequiredWord(5, 6)] },
        new() { Strategy = DecodingStrategy.ClipCapGreedy, Beams = 1 },
        new() { Strategy = DecodingStrategy.ClipCapBeam },
    ];

    private static string Ids(IReadOnlyList<IReadOnlyList<DecodedSequence>> results) =>
        string.Join(" | ", results.SelectMany(r => r).Select(s => string.Join(" ", s.TokenIds)));
}
