namespace ClipGpt2.Captioning.Metrics.Tests;

public sealed class CaptionEvaluatorTests
{
    private static readonly CaptionCorpus Corpus = new([new CaptionedImage("7", "a dog runs on the grass", ["a dog runs on grass", "the dog ran"])]);

    [Fact]
    public void The_standard_set_has_the_figures_that_papers_report()
    {
        var result = CaptionEvaluator.Standard().Evaluate(Corpus, TestContext.Current.CancellationToken);
        Assert.Equal(["bleu_1", "bleu_2", "bleu_3", "bleu_4", "meteor", "rouge_l", "cider"], result.Scores.Select(s => s.Key));
        Assert.Equal("METEOR (exact, stem)", result.Metrics[1].Name);
    }

    [Fact]
    public void A_metric_of_the_host_joins_by_one_line()
    {
        var result = CaptionEvaluator.Standard().With(new Mentions("dog")).Evaluate(Corpus, TestContext.Current.CancellationToken);
        Assert.Equal(1, result["mentions_dog"].Corpus);
    }

    [Fact]
    public void Two_scores_of_the_same_key_are_refused()
    {
        var twice = CaptionEvaluator.Standard().With(new Mentions("dog")).With(new Mentions("dog"));
        Assert.Contains("'mentions_dog'", Assert.Throws<CaptioningException>(() => twice.Evaluate(Corpus, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_score_is_named_with_those_there_are()
    {
        var result = CaptionEvaluator.Standard().Evaluate(Corpus, TestContext.Current.CancellationToken);
        Assert.Contains("'cider'", Assert.Throws<CaptioningException>(() => result["spice"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_corpora_are_refused_by_the_image_that_is_wrong()
    {
        Assert.Throws<CaptioningException>(() => new CaptionCorpus([]));
        Assert.Contains("'a'", Assert.Throws<CaptioningException>(() => new CaptionCorpus([new("a", "x", ["y"]), new("a", "x", ["y"])])).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<CaptioningException>(() => new CaptionCorpus([new("b", "x", [])])).Message, StringComparison.Ordinal);
        Assert.Contains("'c'", Assert.Throws<CaptioningException>(() => new CaptionCorpus([new("c", null!, ["y"])])).Message, StringComparison.Ordinal);
    }

    private sealed class Mentions(string word) : ICaptionMetric
    {
        public string Name => $"Mentions {word}";

        public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
        {
            var found = Enumerable.Range(0, corpus.Images.Count).Select(i => corpus.TokenizedCandidate(i).Split(' ').Contains(word) ? 1.0 : 0).ToArray();
            return new MetricResult(Name, [new MetricScore($"mentions_{word}", found.Average(), found)]);
        }
    }
}
