using ClipGpt2.Captioning.Images;
using TrainScenes.Scenes;

namespace ClipGpt2.Captioning.Tests.Samples;

/// <summary>The embedded model was trained on drawn scenes, and is right about scenes that it has never seen.</summary>
public sealed class SceneModelTests
{
    // Neither TrainScenes' seed for training, nor those for validation and its own test.
    private const long FreshSeed = 3_000_017;
    private const int Count = 200;

    // The sample's pictures are the first scenes of this seed, as they come.
    private const long PicturesSeed = 4_000_037;

    private static readonly string Model = Path.Combine(SampleCaptioner.Repository, "samples", "Quickstart", "model");

    [Fact]
    public void The_embedded_model_says_what_fresh_scenes_show()
    {
        var generator = new SceneGenerator(FreshSeed, SceneKind.Any);
        var scenes = Enumerable.Range(0, Count).Select(i => generator[i]).ToList();
        var captions = Captions(scenes.Select(s => ImageSource.FromBytes(SceneDrawing.DrawJpeg(s))));
        Assert.Equal(Count, captions.Count);
        var rates = SceneRates.Of(scenes, captions);
        Assert.True(rates is { Colours: >= 0.98, Shapes: >= 0.95, Relation: >= 0.95 }, $"{rates}");
    }

    [Fact]
    public void The_samples_pictures_are_the_first_scenes_of_a_seed_and_none_is_described_wrongly()
    {
        var generator = new SceneGenerator(PicturesSeed, SceneKind.Any);
        var scenes = SampleCaptioner.Images.Select((_, i) => generator[i]).ToList();
        Assert.All(SampleCaptioner.Images.Zip(scenes), pair =>
        {
            using var picture = new SkiaImageDecoder().Decode(pair.First);
            Assert.InRange(SceneTests.Difference(picture.ToRgb(), pair.Second), 0, 3);
        });
        var captions = Captions(SampleCaptioner.Images.Select(ImageSource.FromFile));
        Assert.All(scenes.Zip(captions), pair => Assert.Equal(new SceneVerdict(true, true, true), SceneVerdict.Of(pair.First, pair.Second)));
    }

    private static List<string> Captions(IEnumerable<ImageSource> images)
    {
        using var captioner = Captioner.FromPretrained(Model);
        return [.. captioner.Caption(images, token: TestContext.Current.CancellationToken).Select(r => r.Text)];
    }
}
