using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Evaluation;

[Collection(nameof(CountsTensors))]
public sealed class BertScoreMetricTests : IDisposable
{
    private static readonly CaptionCorpus Corpus = new(
    [
        new("1", "a dog runs", ["a cat sleeps.", "a dog runs"]),
        new("2", "", ["a red dog"]),
        new("3", "the CAT runs and runs and runs and runs and runs and runs and runs", ["a cat"]),
    ]);

    private readonly TinyBert _bert = new();

    public void Dispose() => _bert.Dispose();

    [Fact]
    public void A_candidate_among_its_references_scores_1_and_an_empty_one_0()
    {
        using var metric = Load(new() { Layer = 1 });
        var result = metric.Evaluate(Corpus, TestContext.Current.CancellationToken);
        foreach (var score in result.Scores)
        {
            Assert.Equal(1, score.PerImage[0], 1e-6);
            Assert.Equal(0, score.PerImage[1]);
            Assert.Equal(score.PerImage.Average(), score.Corpus);
        }

        Assert.Equal(1, result.Details["empty_candidates"]);
    }

    [Fact]
    public void The_size_of_batches_and_the_layers_asked_for_change_nothing()
    {
        using var one = Load(new() { Layer = 1, BatchSize = 1 });
        using var all = Load(new() { Layer = 1 });
        var alone = one.Evaluate(Corpus, TestContext.Current.CancellationToken)["bertscore_f"].PerImage;
        var last = all.EvaluateLayers(Corpus, TestContext.Current.CancellationToken)[1]["bertscore_f"].PerImage;
        Assert.All(alone, (score, i) => Assert.Equal(score, last[i], 1e-5));
    }

    [Fact]
    public void Calls_leave_no_tensor_behind()
    {
        using var metric = Load(new() { Layer = 1, Idf = true });
        var before = CountsTensors.Settled();
        metric.Evaluate(Corpus, TestContext.Current.CancellationToken);
        metric.EvaluateLayers(Corpus, TestContext.Current.CancellationToken);
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Wrong_options_are_named_together()
    {
        var message = Assert.Throws<CaptioningException>(() => Load(new() { Layer = -1, BatchSize = 0, IdfSentences = [] })).Message;
        Assert.Contains("Layer is -1", message, StringComparison.Ordinal);
        Assert.Contains("BatchSize is 0", message, StringComparison.Ordinal);
        Assert.Contains("IdfSentences are given without Idf", message, StringComparison.Ordinal);
        Assert.Contains("the model has 1 layers", Assert.Throws<CaptioningException>(() => Load(new() { Layer = 2 })).Message, StringComparison.Ordinal);
        Assert.Contains("names no layer", Assert.Throws<CaptioningException>(() => Load(new())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LAYER,P,R,F\n0,0.1,0.2,0.3\n", "1 layers, and layer 1")]
    [InlineData("LAYER,P,R,F\n0,0.1,0.2\n", "line 2 is '0,0.1,0.2'")]
    [InlineData("LAYER,P,R,F\n0,0.1,0.2,0.3\n1,1,0,0\n", "line 3 is '1,1,0,0'")]
    [InlineData("", "0 layers")]
    public void A_wrong_baseline_file_is_named_with_its_line(string text, string message)
    {
        var path = _bert.Write("baseline.tsv", text);
        var error = Assert.Throws<CaptioningException>(() => Load(new() { Layer = 1, BaselinePath = path }));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private BertScoreMetric Load(BertScoreOptions options)
    {
        using var folder = _bert.Open();
        return BertScoreMetric.Load(folder, options);
    }
}
