using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>What captions continue, and which way up pictures are seen.</summary>
public sealed class CaptionReadingTests : IDisposable
{
    private const string Prompt = "There is a";

    private static readonly string Scenes = Golden.File("../../samples/Quickstart/model");
    private static readonly string Captioner = Golden.File("../captioner");
    private static readonly string Scene = Golden.File("scenes/scene_000007.jpg");
    private static readonly string Turned = Golden.File("images/jpg_exif6_45x30.jpg");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_prompt_is_continued_and_not_repeated()
    {
        using var captioner = Captioning.Captioner.FromPretrained(Scenes);
        var expected = captioner.Caption(Scene, new CaptionOptions { Prompt = Prompt }, TestContext.Current.CancellationToken).Text;
        var json = await Line("caption", Scene, "--model", Scenes, "--json", "--prompt", Prompt);
        Assert.Equal((Prompt, expected), (json.GetProperty("prompt").GetString(), json.GetProperty("caption").GetString()));
        Assert.DoesNotContain(Prompt, expected, StringComparison.Ordinal);
        var plain = await ClipGpt2Process.Run("caption", Scene, "--model", Scenes, "--prompt", Prompt);
        Assert.Equal($"{Scene}\t{expected.Trim()}{Environment.NewLine}", plain.Output);
        var without = await Line("caption", Scene, "--model", Scenes, "--json");
        Assert.NotEqual(expected, without.GetProperty("caption").GetString());
        Assert.False(without.TryGetProperty("prompt", out _));
    }

    [Fact]
    public async Task A_prompt_that_leaves_no_room_is_one_line_on_standard_error()
    {
        var run = await ClipGpt2Process.Run("caption", Scene, "--model", Scenes, "--prompt", string.Join(' ', Enumerable.Repeat("a red circle", 40)));
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("shorten the prompt", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_turned_by_its_orientation_is_captioned_as_the_turned_pixels_are()
    {
        var upright = Upright();
        var expected = await Score(upright);
        Assert.Equal(expected, await Score(Turned, "--orientation"));
        Assert.NotEqual(expected, await Score(Turned));

        async Task<double> Score(string file, params string[] options) =>
            (await Line(["caption", file, "--model", Captioner, "--json", .. options])).GetProperty("score").GetDouble();
    }

    [Fact]
    public async Task The_turned_pixels_are_inspected_too()
    {
        var expected = await Look(Upright());
        Assert.Equal(expected, await Look(Turned, "--orientation"));
        Assert.NotEqual(expected, await Look(Turned));

        async Task<string> Look(string file, params string[] options)
        {
            var line = await Line(["inspect", file, "--preprocess", Golden.File("models/tiny-clip"), "--json", .. options]);
            return $"{line.GetProperty("width")} x {line.GetProperty("height")}, {line.GetProperty("rgb_sha256")}, {line.GetProperty("crop_sha256")}";
        }
    }

    [Fact]
    public async Task CLIPScore_sees_the_turned_pixels_too()
    {
        Upright("upright.ppm");
        File.Copy(Turned, Path.Combine(_folder, "turned.jpg"));
        var expected = await Score("upright.ppm");
        Assert.Equal(expected, await Score("turned.jpg", "--orientation"));
        Assert.NotEqual(expected, await Score("turned.jpg"));

        async Task<string> Score(string picture, params string[] options)
        {
            var (references, candidates) = (Path.Combine(_folder, "references.json"), Path.Combine(_folder, "candidates.json"));
            File.WriteAllText(references, $$"""{"images":[{"id":1,"file_name":"{{picture}}"}],"annotations":[{"id":1,"image_id":1,"caption":"a red circle"}]}""");
            File.WriteAllText(candidates, """[{"image_id":1,"caption":"a red circle"}]""");
            var run = await ClipGpt2Process.Run([
                "evaluate", "--references", references, "--candidates", candidates, "--metrics", "clipscore", "--clip-model", Golden.File("models/tiny-clip"), "--images", _folder, .. options]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            return run.Output;
        }
    }

    [Fact]
    public async Task A_store_of_turned_pictures_is_another_than_one_of_those_that_are_not()
    {
        using var folder = new EmbedFolder();
        var built = await ClipGpt2Process.Run(folder.Arguments("store", "--orientation"));
        Assert.Equal((0, ""), (built.ExitCode, built.Error));
        Assert.Equal(0, (await ClipGpt2Process.Run(folder.Arguments("store", "--orientation", "--check"))).ExitCode);
        var check = await ClipGpt2Process.Run(folder.Arguments("store", "--check"));
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("preprocessing.apply_orientation: true in the store, false now", check.Error, StringComparison.Ordinal);
    }

    /// <summary>The picture as a viewer shows it, in a format that knows of no orientation.</summary>
    private string Upright(string name = "upright.ppm")
    {
        var file = Path.Combine(_folder, name);
        using var picture = new SkiaImageDecoder().Decode(Turned, new ImageDecodingOptions { ApplyOrientation = true });
        File.WriteAllBytes(file, [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P6\n{picture.Width} {picture.Height}\n255\n")), .. picture.ToRgb().Pixels.Span]);
        return file;
    }

    private static async Task<JsonElement> Line(params string[] arguments)
    {
        var run = await ClipGpt2Process.Run(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return Assert.Single(run.Json);
    }
}
