using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The pixels that the tool sees are those that Pillow and the reference's preprocessing see.</summary>
public sealed class InspectPictureTests
{
    private static readonly string Model = Golden.File("models/tiny-clip");

    [Fact]
    public async Task The_default_is_Hugging_Faces_view()
    {
        var cases = Cases("clip_tiny").FindAll(c => c.GetProperty("variant").GetString() == "rgb");
        var lines = await Inspect(cases, "--preprocess", Model);
        foreach (var (golden, line) in cases.Zip(lines))
        {
            Assert.Equal(golden.GetProperty("decoded_sha256").GetString(), line.GetProperty("rgb_sha256").GetString());
            CheckCrop(golden, line);
        }
    }

    [Fact]
    public async Task OpenAIs_view_can_be_asked_for()
    {
        // The transform takes the model's size, and there is one model here: the cases of its size.
        var side = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Model, "preprocessor_config.json"))).RootElement.GetProperty("crop_size").GetProperty("height").GetInt32();
        var cases = Cases("openai").FindAll(c => c.GetProperty("n").GetInt32() == side);
        Assert.NotEmpty(cases);
        foreach (var (golden, line) in cases.Zip(await Inspect(cases, "--preprocess", Model, "--transform", "openai")))
        {
            CheckCrop(golden, line);
        }
    }

    [Fact]
    public async Task The_seeds_squash_can_be_asked_for()
    {
        foreach (var group in Cases("seed").GroupBy(c => $"squash:{c.GetProperty("image_size")[0]}x{c.GetProperty("image_size")[1]}"))
        {
            var cases = group.ToList();
            foreach (var (golden, line) in cases.Zip(await Inspect(cases, "--preprocess", Model, "--transform", group.Key)))
            {
                CheckCrop(golden, line);
            }
        }
    }

    [Fact]
    public async Task A_bad_picture_is_told_and_the_others_go_on()
    {
        var good = Golden.File(Cases("clip_tiny")[0].GetProperty("image").GetString()!);
        var run = await ClipGpt2Process.Run("inspect", "no-such.jpg", good, "--preprocess", "clip-vit-base-patch32", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("no-such.jpg", run.Json[0].GetProperty("file").GetString());
        Assert.Contains("no-such.jpg", run.Json[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(good, run.Json[1].GetProperty("file").GetString());
        Assert.Equal(64, run.Json[1].GetProperty("crop_sha256").GetString()!.Length);
    }

    [Fact]
    public async Task A_preprocessing_that_is_not_there_is_one_line_on_standard_error()
    {
        var run = await ClipGpt2Process.Run("inspect", "x.jpg", "--preprocess", "no-such-model", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("no-such-model", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_in_place_of_a_model_says_what_is_missing()
    {
        var run = await ClipGpt2Process.Run("inspect", "photo.JPG");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--preprocess", run.Error, StringComparison.Ordinal);
    }

    private static List<JsonElement> Cases(string file) => [.. Golden.Json($"preprocess/{file}.json").GetProperty("cases").EnumerateArray()];

    private static async Task<IReadOnlyList<JsonElement>> Inspect(List<JsonElement> cases, params string[] options)
    {
        var run = await ClipGpt2Process.Run(["inspect", .. cases.Select(c => Golden.File(c.GetProperty("image").GetString()!)), "--json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Json;
    }

    private static void CheckCrop(JsonElement golden, JsonElement line)
    {
        var crop = golden.GetProperty("expected").GetProperty("crop");
        Assert.True(crop.GetProperty("sha256").GetString() == line.GetProperty("crop_sha256").GetString(), line.ToString());
    }
}
