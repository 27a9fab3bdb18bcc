using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Evaluation;

[Collection(nameof(CountsTensors))]
public sealed class ClipScoreMetricTests
{
    [Fact]
    public void Scores_are_the_weighted_cosine_and_its_harmonic_mean_with_the_best_reference()
    {
        using var metric = Metric(new Texts(), new() { Weight = 2 });
        var result = metric.Evaluate(new([new("1", "up", ["up", "aslant"]), new("2", "down", ["aslant"])]), TestContext.Current.CancellationToken);
        var slant = Math.Sqrt(0.5);
        Assert.Equal([2, 0], result["clipscore"].PerImage);
        Assert.Equal(4.0 / 3, result["refclipscore"].PerImage[0], 1e-6);
        // The picture's part is cut off at 0, the text's isn't.
        Assert.Equal(0, result["refclipscore"].PerImage[1], 1e-6);
        Assert.Equal(-slant, metric.Compare(new([new("2", "down", ["aslant"])]), TestContext.Current.CancellationToken).BestReference[0], 1e-6);
    }

    [Fact]
    public void Each_distinct_text_is_encoded_once_behind_the_prompt_and_no_tensor_stays()
    {
        var texts = new Texts();
        using var metric = Metric(texts, new() { BatchSize = 1 });
        var before = CountsTensors.Settled();
        metric.Evaluate(new([new("1", "up", ["up", "aslant"]), new("2", "aslant", ["up"])]), TestContext.Current.CancellationToken);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(["A photo depicts aslant", "A photo depicts up"], texts.Seen.Order());
    }

    [Fact]
    public void A_picture_that_cannot_be_read_is_named_with_its_image()
    {
        using var metric = new ClipScoreMetric(new Pictures(), new Texts(), image => image.Id == "1" ? Pixels() : ImageSource.FromFile("nowhere.png"));
        var error = Assert.Throws<CaptioningException>(() => metric.Evaluate(new([new("1", "up", ["up"]), new("2", "up", ["up"])]), TestContext.Current.CancellationToken));
        Assert.Contains("image '2'", error.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_are_named_together()
    {
        var message = Assert.Throws<CaptioningException>(() => Metric(new Texts(), new() { Weight = double.NaN, BatchSize = 0, Prompt = null! })).Message;
        Assert.Contains("Weight is NaN", message, StringComparison.Ordinal);
        Assert.Contains("BatchSize is 0", message, StringComparison.Ordinal);
        Assert.Contains("Prompt", message, StringComparison.Ordinal);
    }

    private static ClipScoreMetric Metric(Texts texts, ClipScoreOptions options) => new(new Pictures(), texts, _ => Pixels(), options);

    private static ImageSource Pixels() => ImageSource.FromPixels(new RgbImage(1, 1, new byte[3]));

    /// <summary>Every picture points up.</summary>
    private sealed class Pictures : IImageEncoder
    {
        public FeatureShape Features => new(2);

        public ImagePreprocessor Preprocessor => ImagePreprocessor.ClipVitBasePatch32;

        public Tensor Encode(Tensor pixels)
        {
            using var up = tensor(new float[] { 0, 3 });
            return up.repeat(pixels.shape[0], 1);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>A text points to where its last word says.</summary>
    private sealed class Texts : ITextEncoder
    {
        public List<string> Seen { get; } = [];

        public int EmbeddingDimension => 2;

        public Tensor Encode(IReadOnlyList<string> texts)
        {
            Seen.AddRange(texts);
            return tensor(texts.SelectMany(Direction).ToArray(), [texts.Count, 2]);
        }

        public void Dispose()
        {
        }

        private static float[] Direction(string text) => text.Split(' ')[^1] switch
        {
            "up" => [0, 2],
            "down" => [0, -1],
            _ => [1, 1],
        };
    }
}
