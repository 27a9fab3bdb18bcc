using TrainScenes.Scenes;

namespace ClipGpt2.Captioning.Tests.Samples;

/// <summary>The embedded model was trained on drawn scenes, and is right about scenes that it has never seen.</summary>
public sealed class SceneModelTests
{
    // Neither TrainScenes' seed for training, nor those for validation and its own test.
    private const long FreshSeed = 3_000_017;
    private const int Count = 200;

    [Fact]
    public void The_embedded_model_says_what_fresh_scenes_show()
    {
        var generator = new SceneGenerator(FreshSeed, SceneKind.Any);
        var scenes = Enumerable.Range(0, Count).Select(i => generator[i]).ToList();
        using var captioner = Captioner.FromPretrained(Path.Combine(SampleCaptioner.Repository, "samples", "Quickstart", "model"));
        var captions = captioner
            .Caption(scenes.Select(s => ImageSource.FromBytes(SceneDrawing.DrawJpeg(s))), token: TestContext.Current.CancellationToken)
            .Select(r => r.Text)
            .ToList();
        Assert.Equal(Count, captions.Count);
        var rates = SceneRates.Of(scenes, captions);
        Assert.True(rates is { Colours: >= 0.98, Shapes: >= 0.90, Relation: >= 0.95 }, $"{rates}");
    }
}
