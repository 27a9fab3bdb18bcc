using System.Text.Json;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics.Coco;
using ClipGpt2.Captioning.Tests.Weights;
using TrainScenes.Scenes;

namespace ClipGpt2.Captioning.Tests.Samples;

/// <summary>The scenes that the sample TrainScenes draws are those of the golden data, in more variety.</summary>
public sealed class SceneTests
{
    private static readonly Thing[] Things = [.. Enum.GetValues<Colour>().SelectMany(c => Enum.GetValues<Shape>().Select(s => new Thing(c, s)))];

    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Captions_have_the_golden_scenes_five_forms()
    {
        foreach (var (_, captions) in GoldenCaptions())
        {
            Assert.Equal(captions, GoldenScene(captions).Captions);
        }
    }

    [Fact]
    public void Golden_pictures_look_like_their_scene_and_like_no_other()
    {
        foreach (var (file, captions) in GoldenCaptions())
        {
            using var decoded = new SkiaImageDecoder().Decode(Path.Combine(Golden, "scenes", file));
            var (expected, scene) = (decoded.ToRgb(), GoldenScene(captions));
            var difference = Difference(expected, scene);
            var others = Things.Where(t => t != scene.First).Select(t => Difference(expected, scene with { First = t })).Min();
            Assert.True(difference < 3 && difference < others, $"{file}: {difference:F2} levels from '{captions[1]}', {others:F2} from another");
        }
    }

    [Fact]
    public void Every_kind_of_thing_relation_and_background_comes_and_held_out_ones_only_when_asked_for()
    {
        var training = Scenes(SceneKind.Training);
        Assert.Equal([Relation.LeftOf, Relation.Above], training.Select(s => s.Relation).Distinct().Order());
        Assert.All(Enum.GetValues<Relation>(), relation => Assert.Contains(training, s => s.Captions.Any(c => c.Contains($" {relation.Words()} ", StringComparison.Ordinal))));
        Assert.Equal(4, training.Select(s => s.Background).Distinct().Count());
        Assert.Equal(8 * 6, training.Select(s => s.First).Distinct().Count());
        Assert.DoesNotContain(training, s => s.IsHeldOut);
        Assert.All(Scenes(SceneKind.HeldOut), s => Assert.True(s.IsHeldOut));
        Assert.InRange(Scenes(SceneKind.Any).Count(s => s.IsHeldOut), 100, 250);
    }

    [Fact]
    public void What_is_held_out_leaves_every_thing_three_relations_at_least()
    {
        var heldOut = Things.Select(t => Enum.GetValues<Relation>().Count(r => HeldOut.Contains(t, r))).ToList();
        Assert.Equal(16, heldOut.Sum());
        Assert.Equal(1, heldOut.Max());
    }

    [Fact]
    public void Things_stand_as_the_relation_says_and_touch_neither_each_other_nor_the_border()
    {
        foreach (var scene in Scenes(SceneKind.Any))
        {
            var (a, b) = (scene.FirstPlace, scene.SecondPlace);
            var along = scene.Relation switch
            {
                Relation.LeftOf => b.X - a.X,
                Relation.RightOf => a.X - b.X,
                Relation.Above => b.Y - a.Y,
                _ => a.Y - b.Y,
            };
            Assert.True(along > a.Radius + b.Radius, $"{scene}");
            Assert.True(along > 2 * Math.Min(Math.Abs(b.X - a.X), Math.Abs(b.Y - a.Y)), $"{scene}");
            Assert.All([a, b], p => Assert.True(p.X - p.Radius > 20 && p.X + p.Radius < 140 && p.Y - p.Radius > 0 && p.Y + p.Radius < 120, $"{scene}"));
            Assert.NotEqual(scene.First, scene.Second);
        }
    }

    [Fact]
    public void The_seed_and_the_number_decide()
    {
        Assert.Equal(new SceneGenerator(3, SceneKind.Any)[17], new SceneGenerator(3, SceneKind.Any)[17]);
        Assert.NotEqual(new SceneGenerator(3, SceneKind.Any)[17], new SceneGenerator(4, SceneKind.Any)[17]);
        Assert.Equal(1000, Scenes(SceneKind.Any).Distinct().Count());
    }

    [Theory]
    [InlineData("A red circle to the left of a blue star on a sky background.", true, true, true)]
    [InlineData("A blue star sits to the right of a red circle.", true, true, true)]
    [InlineData("There is a red circle to the right of a blue star.", true, true, false)]
    [InlineData("Two shapes, a red circle and a blue star, on sky.", true, true, false)]
    [InlineData("A blue circle to the left of a red star.", false, true, true)]
    [InlineData("A red circle to the left of a green star.", false, true, true)]
    [InlineData("A red circle to the left of a blue ring.", true, false, true)]
    [InlineData("A red circle.", false, false, false)]
    [InlineData("A red redcircle above a blue star", false, false, false)]
    public void A_caption_is_judged_whichever_thing_it_names_first(string caption, bool colours, bool shapes, bool relation)
    {
        var scene = new Scene(new(Colour.Red, Shape.Circle), Relation.LeftOf, new(Colour.Blue, Shape.Star), Background.Sky, default, default);
        Assert.Equal(new SceneVerdict(colours, shapes, relation), SceneVerdict.Of(scene, caption));
    }

    [Fact]
    public void Scenes_are_written_in_COCOs_form()
    {
        using var folder = new TemporaryFolder();
        var scenes = new SceneGenerator(5, SceneKind.Any);
        var references = CocoReferences.Read(SceneFiles.Write(folder.Path, scenes, 3));
        Assert.Equal(scenes[2].Captions, references.Captions["3"]);
        using var decoded = new SkiaImageDecoder().Decode(Path.Combine(folder.Path, "images", "scene_000002.jpg"));
        Assert.Equal((SceneDrawing.Width, SceneDrawing.Height), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void As_a_data_set_scenes_come_with_all_their_captions()
    {
        var scenes = new SceneGenerator(5, SceneKind.Training);
        var dataset = new SceneDataset(scenes, 2);
        var examples = Enumerable.Range(0, dataset.Count).Select(i => dataset[i]).ToList();
        Assert.Equal([.. scenes[0].Captions, .. scenes[1].Captions], examples.Select(e => e.Caption));
        Assert.Equal([0, 1], examples.Select(e => SceneDataset.NumberOf(e.ImageId)).Distinct());
    }

    [Fact]
    public void As_a_stream_every_epoch_has_scenes_of_its_own_each_with_two_captions_in_all_forms()
    {
        var scenes = new SceneGenerator(5, SceneKind.Training);
        var stream = new SceneStream(scenes, 17, variousFrom: 1);
        var epochs = Enumerable.Range(0, 2).Select(epoch => stream.Read(epoch, Token).ToList()).ToList();
        Assert.Equal(Enumerable.Range(0, 34).SelectMany(i => new[] { i, i }), epochs.SelectMany(e => e).Select(e => (int)SceneDataset.NumberOf(e.ImageId)));
        Assert.All(epochs.SelectMany(e => e), e => Assert.Contains(e.Caption, scenes[SceneDataset.NumberOf(e.ImageId)].Captions));
        Assert.Equal(2, epochs[0].Count(e => e.Caption.StartsWith("Two shapes", StringComparison.Ordinal)));
        Assert.All(Enumerable.Range(0, 17), i => Assert.NotEqual(epochs[0][2 * i].Caption, epochs[0][(2 * i) + 1].Caption));
    }

    [Fact]
    public void Variety_grows_from_the_same_places_to_each_scenes_own()
    {
        var scenes = new SceneGenerator(5, SceneKind.Training);
        var (first, second) = (scenes.WithVariety(1, 0), scenes.WithVariety(2, 0));
        Assert.Equal(first.FirstPlace.Radius, second.FirstPlace.Radius);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Single(Enumerable.Range(0, 50).Select(j => scenes.WithVariety(j, 0)).Where(s => s.Relation == scenes[i].Relation).Select(s => (s.FirstPlace, s.SecondPlace)).Distinct()));
        Assert.Equal(scenes[7], scenes.WithVariety(7, 1));
        Assert.All(Enumerable.Range(0, 50), i => Assert.InRange(scenes.WithVariety(i, 0.5f).FirstPlace.X, Math.Min(scenes[i].FirstPlace.X, 47), Math.Max(scenes[i].FirstPlace.X, 80)));
    }

    /// <summary>The mean difference of a scene's drawing from a picture, of 255 levels.</summary>
    internal static double Difference(RgbImage picture, Scene scene)
    {
        var expected = picture.Pixels.Span;
        var drawn = SceneDrawing.Draw(scene).Pixels.Span;
        long difference = 0;
        for (var i = 0; i < drawn.Length; i++)
        {
            difference += Math.Abs(drawn[i] - expected[i]);
        }

        return (double)difference / drawn.Length;
    }

    private static List<Scene> Scenes(SceneKind kind)
    {
        var scenes = new SceneGenerator(11, kind);
        return [.. Enumerable.Range(0, kind == SceneKind.Training ? 3000 : 1000).Select(i => scenes[i])];
    }

    private static IEnumerable<(string File, string[] Captions)> GoldenCaptions()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, "captions_scenes.json")));
        var captions = json.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(a => a.GetProperty("image_id").GetInt32(), a => a.GetProperty("caption").GetString()!);
        return [.. json.RootElement.GetProperty("images").EnumerateArray().Select(i => (i.GetProperty("file_name").GetString()!, captions[i.GetProperty("id").GetInt32()].ToArray()))];
    }

    /// <summary>The scene that golden captions tell of, at the golden scenes' fixed places, whose pixels Pillow counts from 0 to 40 around the middle.</summary>
    private static Scene GoldenScene(string[] captions)
    {
        var claim = SceneClaim.Read(captions[1])!;
        var background = Enum.GetValues<Background>().Single(b => captions[1].Contains($"on a {b} background", StringComparison.OrdinalIgnoreCase));
        (Place First, Place Second) places = claim.Relation switch
        {
            Relation.LeftOf => (new(40.5f, 60.5f, 20.5f), new(120.5f, 60.5f, 20.5f)),
            Relation.RightOf => (new(120.5f, 60.5f, 20.5f), new(40.5f, 60.5f, 20.5f)),
            Relation.Above => (new(80.5f, 30.5f, 20.5f), new(80.5f, 90.5f, 20.5f)),
            _ => (new(80.5f, 90.5f, 20.5f), new(80.5f, 30.5f, 20.5f)),
        };
        return new Scene(claim.First, claim.Relation!.Value, claim.Second, background, places.First, places.Second);
    }
}
