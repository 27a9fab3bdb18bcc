using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A captioner's folder where other verbs take models: looked into, converted, and its encoder used alone.</summary>
public sealed class CaptionerFolderTests : IDisposable
{
    private static readonly string Scene = Golden.File("scenes/scene_000007.jpg");

    private readonly CaptionerCopy _captioner = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose()
    {
        _captioner.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Its_parts_are_listed_with_their_sizes_and_tensors()
    {
        var line = await Line("inspect", _captioner.Folder, "--json");
        var parts = line.GetProperty("parts").EnumerateArray().ToDictionary(part => part.GetProperty("part").GetString()!);
        Assert.Equal(["encoder", "projector", "decoder", "tokenizer", "text_encoder"], parts.Keys);
        Assert.Equal(("linear_tanh", "projector.safetensors", 5), (Text("projector", "kind"), Text("projector", "path"), parts["projector"].GetProperty("settings").GetProperty("prefix_length").GetInt32()));
        Assert.Equal(("decoder", "encoder"), (Text("tokenizer", "shared_with"), Text("text_encoder", "shared_with")));
        Assert.Equal(line.GetProperty("parameters").GetInt64(), parts.Values.Sum(part => part.GetProperty("parameters").GetInt64()));
        foreach (var (part, path) in new[] { ("encoder", "encoder"), ("projector", "projector.safetensors"), ("decoder", "decoder") })
        {
            var alone = await Line("inspect", _captioner.File(path), "--json");
            Assert.True(JsonElement.DeepEquals(alone.GetProperty("tensors"), parts[part].GetProperty("tensors")), part);
            Assert.Equal(alone.GetProperty("bytes").GetInt64(), parts[part].GetProperty("bytes").GetInt64());
        }

        string? Text(string part, string key) => parts[part].GetProperty(key).GetString();
    }

    [Fact]
    public async Task Its_parts_are_a_table_for_people()
    {
        var run = await ClipGpt2Process.Run("inspect", _captioner.Folder);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{_captioner.Folder}: a captioner of 5 parts, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("linear_tanh", run.Output, StringComparison.Ordinal);
        Assert.Contains("files of the decoder", run.Output, StringComparison.Ordinal);
        Assert.Contains("transformer.wte.weight", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect", "{0}")]
    [InlineData("convert", "{0}", "--out", "{1}")]
    [InlineData("convert", "{0}", "--out", "{1}.safetensors")]
    [InlineData("embed", "--encoder", "{0}", "--captions", "{2}", "--out", "{1}")]
    public async Task A_part_that_is_missing_is_one_line_with_its_place(params string[] arguments)
    {
        Directory.Delete(_captioner.File("encoder"), recursive: true);
        using var data = new EmbedFolder();
        var target = Path.Combine(_folder, "out");
        var run = await ClipGpt2Process.Run([.. arguments.Select(argument => string.Format(null, argument, _captioner.Folder, target, data.Captions))]);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("encoder", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    /// <summary>The squash, and the order of steps, stand in <c>captioner.json</c> alone.</summary>
    [Fact]
    public async Task It_captions_as_a_checkpoint_and_as_a_folder_what_it_captions_itself()
    {
        _captioner.Edit("captioner.json", json =>
        {
            (json["encoder"]!["squash"], json["encoder"]!["transform"]) = (new JsonArray(40, 64), "OpenAi");
            json["search"] = new JsonObject { ["num_beams"] = 2, ["max_new_tokens"] = 7 };
        });
        var expected = await Caption(_captioner.Folder);
        Assert.Equal("2 beams, 7 tokens", expected.Search);
        foreach (var (target, kind) in new[] { ("own.safetensors", "a caption checkpoint of 42 tensors"), ("copy", "a captioner") })
        {
            var path = Path.Combine(_folder, target);
            var run = await ClipGpt2Process.Run("convert", _captioner.Folder, "--out", path);
            Assert.Equal((0, $"{path}: {kind}{Environment.NewLine}", ""), (run.ExitCode, run.Output, run.Error));
            Assert.Equal(expected, await Caption(path));
        }

        // The checkpoint goes with the models that it was made of, wherever they are, and with no other.
        Directory.Move(_captioner.File("encoder"), Path.Combine(_folder, "moved"));
        var checkpoint = Path.Combine(_folder, "own.safetensors");
        Assert.Equal(expected, await Caption(checkpoint, "--clip", Path.Combine(_folder, "moved")));
        var other = await ClipGpt2Process.Run("caption", Scene, "--model", checkpoint, "--clip", Golden.File("models/tiny-clip-hub"));
        Assert.Equal(1, other.ExitCode);
    }

    [Theory]
    [InlineData("--clip")]
    [InlineData("--gpt2")]
    [InlineData("--tokenizer")]
    public async Task Conversion_refuses_models_beside_its_own(string option)
    {
        var run = await ClipGpt2Process.Run("convert", _captioner.Folder, "--out", Path.Combine(_folder, "out"), option, _captioner.File("encoder"));
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("leave out --encoder-base, --decoder-base and --tokenizer", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Its_encoder_embeds_with_its_own_preprocessing()
    {
        _captioner.Edit("captioner.json", json => json["encoder"]!["squash"] = new JsonArray(40, 64));
        using var data = new EmbedFolder();
        var built = await Embed(_captioner.Folder);
        Assert.Equal((0, ""), (built.ExitCode, built.Error));
        using (var store = SafetensorsFile.Open(Path.Combine(data.Store(), "embeddings.safetensors")))
        {
            Assert.Contains("\"squash\":{\"height\":64,\"width\":40}", store.Metadata["preprocessing"], StringComparison.Ordinal);
        }

        // The same as its model alone, asked for that.
        Assert.Equal(0, (await Embed(_captioner.File("encoder"), "--image-size", "40", "64", "--check")).ExitCode);
        Assert.Equal(1, (await Embed(_captioner.File("encoder"), "--check")).ExitCode);

        Task<ClipGpt2Process> Embed(string encoder, params string[] further) =>
            ClipGpt2Process.Run(["embed", "--encoder", encoder, "--captions", data.Captions, "--out", data.Store(), .. further]);
    }

    [Theory]
    [InlineData("--image-size", "64", "64")]
    [InlineData("--keep-aspect")]
    public async Task Its_preprocessing_cannot_be_told_by_options(params string[] options)
    {
        var run = await ClipGpt2Process.Run(["embed", "--encoder", _captioner.Folder, "--captions", "x", "--out", Path.Combine(_folder, "out"), .. options]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains($"leave out {options[0]}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_can_be_seen_through_it()
    {
        _captioner.Edit("captioner.json", json => json["encoder"]!["squash"] = new JsonArray(40, 64));
        var expected = await Crop(_captioner.File("encoder"), "--transform", "squash:40x64");
        Assert.Equal(expected, await Crop(_captioner.Folder));
        Assert.Equal(await Crop(_captioner.File("encoder")), await Crop(_captioner.Folder, "--transform", "hf"));

        async Task<string?> Crop(string model, params string[] options) =>
            (await Line(["inspect", Scene, "--preprocess", model, "--json", .. options])).GetProperty("crop_sha256").GetString();
    }

    private static async Task<(string Caption, double Score, string Search)> Caption(string model, params string[] options)
    {
        var line = await Line(["caption", Scene, "--json", "--model", model, .. options]);
        var search = line.GetProperty("decoding");
        return (
            line.GetProperty("caption").GetString()!,
            line.GetProperty("score").GetDouble(),
            $"{search.GetProperty("num_beams").GetProperty("value")} beams, {search.GetProperty("max_new_tokens").GetProperty("value")} tokens");
    }

    private static async Task<JsonElement> Line(params string[] arguments)
    {
        var run = await ClipGpt2Process.Run(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return Assert.Single(run.Json);
    }
}
