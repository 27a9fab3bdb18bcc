using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Rewards;

namespace ClipGpt2.Captioning.Tests.Training;

public sealed class CaptionRewardTests : IDisposable
{
    private static readonly InMemoryCaptionDataset Data = new(
    [
        Example("1", "A dog runs on the grass."), Example("2", "Two cats sit on a bench."), Example("1", "The dog runs on green grass."), Example("3", "A red bus on the road"),
    ]);

    private readonly Captioner _captioner = TinyTraining.LoadCaptioner();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _captioner.Dispose();

    [Fact]
    public void Without_its_end_it_is_CIDEr_by_the_frequencies_of_all_training_captions()
    {
        CaptionedImage[] all =
        [
            new("1", "a dog on the grass", ["A dog runs on the grass.", "The dog runs on green grass."]), new("2", "", ["Two cats sit on a bench."]), new("3", "a bus", ["A red bus on the road"]),
        ];
        var expected = new CiderMetric().Evaluate(new CaptionCorpus(all), Token)["cider"].PerImage;
        var rewards = Create(new() { EndIsWord = false }).Of([2, 0], ["a bus", "a dog on the grass"], Token);
        Assert.Equal([expected[2], expected[0]], rewards);
        Assert.True(rewards[1] > 0);
    }

    [Fact]
    public void A_caption_that_breaks_off_loses_by_it()
    {
        var (withEnd, without) = (Create(new()), Create(new() { EndIsWord = false }));
        Assert.Equal(10, withEnd.Of([1], [withEnd.Ended("two cats sit on a bench.")], Token)[0], 1e-9);
        Assert.True(withEnd.Of([1], ["two cats sit on a bench."], Token)[0] < 9.9);
        Assert.Equal(10, without.Of([1], [without.Ended("two cats sit on a bench")], Token)[0], 1e-9);
        Assert.True(withEnd.Of([1], [withEnd.Ended("two cats sit on a")], Token)[0] < without.Of([1], ["two cats sit on a"], Token)[0]);
    }

    [Fact]
    public void Another_metric_sees_captions_as_they_are() => Assert.Equal("a dog", Create(new() { Reward = new CiderMetric() }).Ended("a dog"));

    [Fact]
    public void Other_references_have_another_hash() => Assert.NotEqual(Create(new() { EndIsWord = false }).Hash(), Create(new()).Hash());

    private CaptionReward Create(SelfCriticalOptions options)
    {
        var targets = CaptionObjective.Corrected.Targets(_captioner.Tokenizer, 20);
        var captions = TokenizedCaptions.Create(Data, [.. Enumerable.Range(0, Data.Count)], _captioner.Tokenizer, targets, Token);
        return CaptionReward.Create(captions, Data, options);
    }

    private static CaptionExample Example(string id, string caption) => new() { ImageId = id, Caption = caption, Embedding = new float[1] };
}
