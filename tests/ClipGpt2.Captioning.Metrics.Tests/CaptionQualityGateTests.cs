using ClipGpt2.Captioning.Metrics.Coco;

namespace ClipGpt2.Captioning.Metrics.Tests;

/// <summary>The example of docs/metrics.md, compiled and run.</summary>
public sealed class CaptionQualityGateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string ReferencesPath => _folder.Write(
        "captions_val.json", """{"annotations": [{"image_id": 1, "caption": "A dog runs on the grass."}, {"image_id": 2, "caption": "Two cats sit on a bench."}]}""");

    private string ResultsPath => _folder.Write(
        "results.json", """[{"image_id": 1, "caption": "a dog runs on grass"}, {"image_id": 2, "caption": "two cats on a bench"}]""");

    [Fact]
    public void Captions_are_as_good_as_those_of_the_last_release()
    {
        var corpus = CocoResults.Read(ResultsPath).With(CocoReferences.Read(ReferencesPath));
        var scores = CaptionEvaluator.Standard().Evaluate(corpus, TestContext.Current.CancellationToken);

        Assert.True(scores["cider"].Corpus > 0.90, $"CIDEr fell to {scores["cider"].Corpus:0.000}.");
        Assert.True(scores["meteor"].Corpus > 0.25, $"METEOR fell to {scores["meteor"].Corpus:0.000}.");
        Assert.All(scores["rouge_l"].PerImage, figure => Assert.True(figure > 0, "A caption has nothing in common with its references."));
    }

    public void Dispose() => _folder.Dispose();
}
