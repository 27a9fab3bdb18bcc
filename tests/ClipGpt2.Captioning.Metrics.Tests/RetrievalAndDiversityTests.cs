using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Retrieval;

namespace ClipGpt2.Captioning.Metrics.Tests;

public sealed class RetrievalAndDiversityTests
{
    [Fact]
    public void Only_greater_similarities_push_a_partner_back()
    {
        float[] similarities = [0.5f, 0.5f, 0.1f, 0.9f];
        Assert.Equal([1, 2], RetrievalResult.ImageToText([0.5f, 0.5f, 0.9f, 0.1f], 2).Ranks);
        Assert.Equal(100, RetrievalResult.ImageToText(similarities, 2).RecallAt(1));
    }

    [Fact]
    public void A_matrix_that_is_not_square_is_refused() => Assert.Throws<CaptioningException>(() => RetrievalResult.TextToImage([1, 2, 3], 2));

    [Fact]
    public void Novel_captions_are_those_that_training_does_not_have()
    {
        var corpus = new CaptionCorpus([new CaptionedImage("1", "A dog runs.", ["x"]), new CaptionedImage("2", "a cat", ["x"])]);
        var result = new DiversityMetric(["a dog runs"]).Evaluate(corpus, TestContext.Current.CancellationToken);
        Assert.Equal([0.0, 100.0], result["novel"].PerImage);
        Assert.Equal(2.5, result["length"].Corpus);
    }

    [Fact]
    public void Diversity_needs_the_same_number_of_captions_for_all()
    {
        Assert.Throws<CaptioningException>(() => CaptionDiversity.Of([["a"]]));
        Assert.Throws<CaptioningException>(() => CaptionDiversity.Of([["a", "b"], ["a", "b", "c"]]));
        Assert.Throws<CaptioningException>(() => CaptionStatistics.Of([]));
    }
}
