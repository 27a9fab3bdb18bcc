using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests;

public sealed class MetricPropertyTests
{
    private const double Rounding = 1e-12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_order_of_images_and_references_changes_no_figure() =>
        Gen.Select(Captions.Images(Captions.Sentence), Gen.Int[0, 1000]).Sample(
            (images, seed) =>
            {
                var shuffled = images.Select(i => i with { References = [.. i.References] }).ToArray();
                var random = new Random(seed);
                random.Shuffle(shuffled);
                for (var i = 0; i < shuffled.Length; i++)
                {
                    var references = shuffled[i].References.ToArray();
                    random.Shuffle(references);
                    shuffled[i] = shuffled[i] with { References = references };
                }

                var (first, second) = (Evaluate(images, CaptionTokenization.PtbContextFree), Evaluate(shuffled, CaptionTokenization.PtbContextFree));
                foreach (var score in first.Scores)
                {
                    // Of references with the same METEOR score the first gives the counts that the corpus sums.
                    if (score.Key != "meteor")
                    {
                        Assert.Equal(score.Corpus, second[score.Key].Corpus, Rounding);
                    }

                    for (var i = 0; i < images.Length; i++)
                    {
                        var place = Array.FindIndex(shuffled, s => s.Id == images[i].Id);
                        Assert.Equal(score.PerImage[i], second[score.Key].PerImage[place], Rounding);
                    }
                }
            },
            iter: 300);

    [Fact]
    public void A_candidate_that_equals_a_reference_is_perfect() =>
        Gen.Select(Captions.Sentence, Captions.Sentence).Sample(
            (caption, other) =>
            {
                var corpus = new CaptionCorpus([new CaptionedImage("1", caption, [other, caption])], CaptionTokenization.PtbContextFree);
                Assert.Equal(1, new RougeLMetric().Evaluate(corpus, Token)["rouge_l"].Corpus, Rounding);
                if (corpus.TokenizedCandidate(0).Split(' ').Length >= 4)
                {
                    // The reference's guards against division by zero leave a little less than 1.
                    Assert.Equal(1, new BleuMetric().Evaluate(corpus, Token)["bleu_4"].Corpus, 1e-8);
                }
            },
            iter: 500);

    [Fact]
    public void No_text_makes_a_metric_throw_or_give_no_number() =>
        Gen.Select(Captions.Images(Captions.AnyText, most: 3), Gen.Enum<CaptionTokenization>()).Sample(
            (images, tokenization) =>
            {
                var result = Evaluate(images, tokenization);
                Assert.All(result.Scores, s => Assert.True(double.IsFinite(s.Corpus) && s.PerImage.All(double.IsFinite), s.Key));
            },
            iter: 1000);

    [Theory]
    [InlineData("a:")]
    [InlineData("a,")]
    [InlineData("<a ")]
    [InlineData("<!-")]
    [InlineData("a.")]
    [InlineData("&")]
    [InlineData("'")]
    [InlineData(". ")]
    [InlineData("1-")]
    [InlineData("a@")]
    [InlineData("U.S.\n")]
    [InlineData("\"<a \"")]
    [InlineData("<a@b")]
    [InlineData("a@@")]
    [InlineData("&eacute;")]
    [InlineData("&eacute")]
    [InlineData("boots.,")]
    [InlineData("‘’")]
    [InlineData("#@")]
    [InlineData("+1 ")]
    public void Long_texts_of_one_pattern_take_no_long_time(string pattern)
    {
        var text = string.Concat(Enumerable.Repeat(pattern, 20_000));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        _ = new CaptionCorpus([new CaptionedImage("1", text, [text])]).TokenizedCandidate(0);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void Every_thread_count_gives_the_same_digits()
    {
        var images = Enumerable.Range(0, 3000).Select(i => new CaptionedImage($"{i}", $"a dog number {i % 77} runs", [$"the dog {i % 13} ran", $"dogs run {i}"])).ToArray();
        var (first, second) = (Evaluate(images, CaptionTokenization.Ptb), Evaluate(images, CaptionTokenization.Ptb));
        Assert.All(first.Scores, s => Assert.Equal(s.Corpus, second[s.Key].Corpus));
        Assert.All(first.Scores, s => Assert.Equal(s.PerImage, second[s.Key].PerImage));
    }

    [Fact]
    public void A_cancelled_evaluation_ends()
    {
        var corpus = new CaptionCorpus([new CaptionedImage("1", "a dog", ["a dog"])]);
        Assert.Throws<OperationCanceledException>(() => CaptionEvaluator.Standard().Evaluate(corpus, new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() => new MeteorMetric().Evaluate(corpus, new CancellationToken(canceled: true)));
    }

    private static EvaluationResult Evaluate(CaptionedImage[] images, CaptionTokenization tokenization) =>
        CaptionEvaluator.Standard().Evaluate(new CaptionCorpus(images, tokenization), Token);
}
