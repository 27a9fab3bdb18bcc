using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>BLEU, ROUGE-L and CIDEr of each corpus, tokenized and raw.</summary>
public sealed class NgramSuite : GoldenSuite
{
    private const double Tolerance = 1e-9;

    public override IReadOnlyList<string> Files => ["metrics/ngram.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "corpus", "flow", "expected"];

    public override void Check(GoldenCase golden)
    {
        var corpus = GoldenCorpora.Of(golden);
        CheckBleu(golden.Expected["bleu"], corpus);
        CheckScore(golden.Expected["rouge_l"], new RougeLMetric().Evaluate(corpus, TestContext.Current.CancellationToken)["rouge_l"]);
        CheckCider(golden, golden.Expected["cider"], corpus);
    }

    private static void CheckBleu(Tracked expected, CaptionCorpus corpus)
    {
        var result = new BleuMetric().Evaluate(corpus, TestContext.Current.CancellationToken);
        GoldenCorpora.Near(expected["corpus"].Numbers(), [.. result.Scores.Select(s => s.Corpus)], Tolerance);
        foreach (var (perImage, n) in expected["per_image"].Items().Select((p, n) => (p, n)))
        {
            GoldenCorpora.Near(perImage.Numbers(), result.Scores[n].PerImage, Tolerance);
        }

        GoldenCorpora.Near(expected["ratio"].Number(), result.Details["ratio"], Tolerance);
        var images = BleuMetric.Statistics(corpus.Tokens, TestContext.Current.CancellationToken);
        Assert.Equal(expected["closest_reflen"].Integers(), images.Select(i => (int)i.ReferenceLength));
        var totals = expected["totals"];
        Assert.Equal(totals["testlen"].Integer(), result.Details["test_length"]);
        Assert.Equal(totals["reflen"].Integer(), result.Details["reference_length"]);
        Assert.Equal(totals["guess"].Integers(), Counts(result, "guess"));
        Assert.Equal(totals["correct"].Integers(), Counts(result, "correct"));
    }

    private static IEnumerable<int> Counts(MetricResult result, string name) =>
        Enumerable.Range(1, NgramCorpus.Longest).Select(n => (int)result.Details[$"{name}_{n}"]);

    private static void CheckCider(GoldenCase golden, Tracked expected, CaptionCorpus corpus)
    {
        var result = new CiderMetric().Evaluate(corpus, TestContext.Current.CancellationToken);
        CheckScore(expected, result["cider"]);
        GoldenCorpora.Near(expected["log_images"].Number(), result.Details["log_images"], Tolerance);
        var frequencies = CiderWeights.CountImages(corpus.Tokens);
        Assert.Equal(expected["df_distinct"].Integers(), frequencies.Select(f => f.Count(images => images > 0)));
        GoldenCorpora.Near(expected["df_sum"].Numbers(), [.. frequencies.Select(f => (double)f.Sum())], Tolerance);
        foreach (var variant in expected.Find("variants")?.Items() ?? [])
        {
            if (variant["n"].Raw.GetInt64() != NgramCorpus.Longest)
            {
                golden.PassOver(variant["n"]);
                variant.Informational();
                continue;
            }

            variant["n"].Informational();
            var options = new CiderOptions { Sigma = variant["sigma"].Number() };
            CheckScore(variant, new CiderMetric(options).Evaluate(corpus, TestContext.Current.CancellationToken)["cider"]);
        }
    }

    private static void CheckScore(Tracked expected, MetricScore score)
    {
        GoldenCorpora.Near(expected["corpus"].Number(), score.Corpus, Tolerance);
        GoldenCorpora.Near(expected["per_image"].Numbers(), score.PerImage, Tolerance);
    }
}
