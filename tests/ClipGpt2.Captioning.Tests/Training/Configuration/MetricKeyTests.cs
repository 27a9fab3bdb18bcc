using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class MetricKeyTests
{
    private static readonly CaptionCorpus Corpus = new([new("scenes/scene_000000.jpg", "a dog runs", ["a cat sleeps", "a dog runs fast"])]);

    public static TheoryData<CaptionMetricKind> Kinds => new(Enum.GetValues<CaptionMetricKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_keys_that_best_by_may_name_are_those_that_the_metric_gives(CaptionMetricKind kind)
    {
        var metrics = new NamedMetrics
        {
            BertModel = Path.Combine(ReferenceFile.Golden, "models", "tiny-roberta"),
            BertLayer = 2,
            ClipModel = Path.Combine(ReferenceFile.Golden, "models", "tiny-clip"),
            PictureOf = image => Path.Combine(ReferenceFile.Golden, image.Id),
        };
        var metric = metrics.Create(kind);
        using var owned = metric as IDisposable;
        Assert.Equal(NamedMetrics.KeysOf(kind), metric.Evaluate(Corpus, TestContext.Current.CancellationToken).Scores.Select(score => score.Key));
    }
}
