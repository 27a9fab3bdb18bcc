using ClipGpt2.Captioning.Metrics.Comparison;

namespace ClipGpt2.Captioning.Metrics.Tests.Comparison;

public sealed class BootstrapTests
{
    private static readonly string[] Animals = ["dog", "cat", "bird", "horse", "cow"];

    [Fact]
    public void An_interval_holds_the_figure_and_is_the_same_each_time()
    {
        var result = Evaluate(wrongEvery: 4);
        foreach (var score in result.Scores)
        {
            var interval = result.Interval(score.Key, new BootstrapOptions { Samples = 300 });
            Assert.InRange(score.Corpus, interval.Low, interval.High);
            Assert.True(interval.High > interval.Low, score.Key);
            Assert.Equal(interval, result.Interval(score.Key, new BootstrapOptions { Samples = 300 }));
        }
    }

    [Fact]
    public void An_interval_is_told_briefly() => Assert.Equal("-0.0625 to 1234.5000", $"{new ConfidenceInterval(-0.0625, 1234.5)}");

    [Fact]
    public void All_images_once_give_the_corpus_figure() =>
        Assert.All(Evaluate(wrongEvery: 3).Scores, s => Assert.Equal(s.Corpus, s.Aggregate([.. Enumerable.Range(0, s.PerImage.Count)]), 1e-12));

    [Fact]
    public void Better_captions_are_found_significantly_better()
    {
        var comparisons = CaptionComparison.Compare(Evaluate(wrongEvery: 2), Evaluate(wrongEvery: 10), new BootstrapOptions { Samples = 200 });
        Assert.All(comparisons, c => Assert.True(c.Second > c.First && c.PValue < 0.05 && c.Difference.Low > 0, $"{c}"));
    }

    [Fact]
    public void Equal_captions_are_not_found_different()
    {
        var comparisons = CaptionComparison.Compare(Evaluate(wrongEvery: 3), Evaluate(wrongEvery: 3), new BootstrapOptions { Samples = 100 });
        Assert.All(comparisons, c => Assert.Equal(1, c.PValue));
    }

    [Fact]
    public void Results_of_different_images_are_refused()
    {
        var other = CaptionEvaluator.Standard().Evaluate(new CaptionCorpus([new CaptionedImage("x", "a", ["a"])]), TestContext.Current.CancellationToken);
        Assert.Throws<CaptioningException>(() => CaptionComparison.Compare(Evaluate(wrongEvery: 3), other));
    }

    [Fact]
    public void Wrong_options_are_all_named()
    {
        var message = Assert.Throws<CaptioningException>(() => Evaluate(wrongEvery: 3).Interval("cider", new BootstrapOptions { Samples = 0, Level = 1 })).Message;
        Assert.Contains("Samples", message, StringComparison.Ordinal);
        Assert.Contains("Level", message, StringComparison.Ordinal);
    }

    private static EvaluationResult Evaluate(int wrongEvery)
    {
        var images = Enumerable.Range(0, 60).Select(i =>
        {
            var (right, wrong) = (Animals[i % Animals.Length], Animals[(i + 1) % Animals.Length]);
            return new CaptionedImage($"{i}", $"a {(i % wrongEvery == 0 ? wrong : right)} stands on field {i % 7}", [$"a {right} stands on field {i % 7}", $"the {right} in a field"]);
        });
        return CaptionEvaluator.Standard().Evaluate(new CaptionCorpus([.. images]), TestContext.Current.CancellationToken);
    }
}
