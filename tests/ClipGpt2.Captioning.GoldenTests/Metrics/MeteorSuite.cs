using System.Globalization;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>METEOR of each corpus in several configurations, with the 23 counts of each image.</summary>
public sealed class MeteorSuite : GoldenSuite
{
    private const double Tolerance = 1e-9;

    public override IReadOnlyList<string> Files => ["metrics/meteor.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "config", "corpus", "flow", "expected"];

    public override void Check(GoldenCase golden)
    {
        var metric = new MeteorMetric(MeteorConfig.Read(golden.Root.GetProperty("configs"), golden.Json.GetProperty("config").GetString()!));
        var corpus = GoldenCorpora.Of(golden);
        var score = metric.Evaluate(corpus, TestContext.Current.CancellationToken)["meteor"];
        GoldenCorpora.Near(golden.Expected["corpus"].Number(), score.Corpus, Tolerance);
        GoldenCorpora.Near(golden.Expected["per_image"].Numbers(), score.PerImage, Tolerance);
        var statistics = metric.Statistics(corpus, TestContext.Current.CancellationToken);
        Assert.Equal(golden.Expected["stats"].Texts(), statistics.Select(s => string.Join(' ', s.ToArray().Select(n => n.ToString("0.0", CultureInfo.InvariantCulture)))));
    }
}
