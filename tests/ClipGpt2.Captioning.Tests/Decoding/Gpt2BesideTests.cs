using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>GPT-2 with cross-attention as a decoder of captions: searches, scores and training read the same model.</summary>
public sealed class Gpt2BesideTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_search_writes_has_the_scores_that_a_pass_gives(bool isTrainable)
    {
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Cross with { BosTokenId = 3 }, new ComputeOptions { Trainable = isTrainable }));
        var visual = Visual(decoder, 3);
        Assert.Equal(VisualTokens.Beside, decoder.Reading);
        var written = decoder.Decode(visual, new DecodingOptions { Beams = 1, MaxNewTokens = 6, EndTokenIds = [] });
        var captions = written.Select(sequences => sequences[0].TokenIds).ToList();
        Assert.All(captions, ids => Assert.Equal(6, ids.Count));
        var scores = decoder.Score(visual, captions);
        using var frozen = no_grad();
        using var logits = decoder.Forward(visual, tensor(captions.SelectMany(ids => ids.Select(id => (long)id)).ToArray()).view(3, -1));
        using var best = logits.argmax(-1).cpu();
        Assert.Equal([3L, 6L, decoder.Model.VocabularySize], logits.shape);
        Assert.Equal(captions.SelectMany(ids => ids.Select(id => (long)id)), best.contiguous().data<long>().ToArray());
        for (var row = 0; row < captions.Count; row++)
        {
            Assert.Equal(written[row][0].LogProbabilities, scores[row].LogProbabilities, (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    [Fact]
    public void A_text_begins_with_the_token_that_options_name()
    {
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Cross));
        var visual = Visual(decoder, 1);
        using var session = decoder.Model.Start(visual, null, [7], 1);
        var logits = session.Logits(0);
        var first = Enumerable.Range(0, logits.Length).MaxBy(i => session.Logits(0)[i]);
        Assert.Equal(first, decoder.Decode(visual, new DecodingOptions { Beams = 1, MaxNewTokens = 1, StartTokenId = 7, EndTokenIds = [] })[0][0].TokenIds[0]);
    }

    private static Tensor Visual(Gpt2CaptionDecoder decoder, int images)
    {
        using var generator = new Generator(9, CPU);
        return randn([images, 5, decoder.HiddenSize], generator: generator);
    }
}
