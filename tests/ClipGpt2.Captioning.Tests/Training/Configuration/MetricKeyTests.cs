using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class MetricKeyTests
{
    private static readonly CaptionCorpus Corpus = new([new("scenes/scene_000000.jpg", "a dog runs", ["a cat sleeps", "a dog runs fast"])]);

    public static TheoryData<string> Names => new(new CaptionMetrics().Kinds.Select(kind => kind.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_keys_that_best_by_may_name_are_those_that_the_metric_gives(string name)
    {
        var context = new CaptionMetricContext
        {
            BertModel = Path.Combine(ReferenceFile.Golden, "models", "tiny-roberta"),
            BertLayer = 2,
            ClipModel = Path.Combine(ReferenceFile.Golden, "models", "tiny-clip"),
            PictureOf = image => Path.Combine(ReferenceFile.Golden, image.Id),
        };
        var kind = new CaptionMetrics()[name];
        var metric = kind.Create(context);
        using var owned = metric as IDisposable;
        Assert.Equal(kind.Keys, metric.Evaluate(Corpus, TestContext.Current.CancellationToken).Scores.Select(score => score.Key));
    }
}
