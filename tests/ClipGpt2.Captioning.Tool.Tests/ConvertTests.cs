using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Models of every form from the shell: captioned with as they are, converted, and captioned with again.</summary>
public sealed class ConvertTests : IDisposable
{
    private static readonly string[] Bases = ["--clip", Golden.File("models/tiny-clip"), "--gpt2", Golden.File("models/tiny-gpt2")];
    private static readonly string Seed = Golden.File("checkpoints/seed/clip_gpt2_square.pkl");
    private static readonly string ClipCap = Golden.File("checkpoints/clipcap/mlp_tiny-000.pt");
    private static readonly string Scene = Golden.File("scenes/scene_000007.jpg");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_seeds_checkpoint_captions_as_a_folder_and_as_a_checkpoint_of_our_own_what_it_captions_itself()
    {
        var expected = await Caption(Seed, Bases);
        Assert.Contains("a captioner", await Convert(Seed, "captioner"), StringComparison.Ordinal);
        Assert.Equal(expected, await Caption(At("captioner")));
        Assert.Contains("a caption checkpoint of", await Convert(Seed, "own.safetensors"), StringComparison.Ordinal);
        Assert.Equal(expected, await Caption(At("own.safetensors")));
    }

    /// <summary>The reference program names beams, early stopping and a length, whatever its GPT-2's folder says; what it leaves open is the folder's.</summary>
    [Fact]
    public async Task The_seeds_search_goes_with_its_checkpoint_into_a_folder()
    {
        var gpt2 = Directory.CreateDirectory(At("gpt2")).FullName;
        Array.ForEach(Directory.GetFiles(Golden.File("models/tiny-gpt2")), file => File.Copy(file, Path.Combine(gpt2, Path.GetFileName(file))));
        File.WriteAllText(Path.Combine(gpt2, "generation_config.json"), """{"eos_token_id": 0, "num_beams": 1, "early_stopping": false, "max_length": 8, "repetition_penalty": 1.3}""");
        string[] bases = [.. Bases[..2], "--gpt2", gpt2];
        var expected = await Search(Seed, bases);
        Assert.Equal("do_sample=false early_stopping=true eos_token_id=[0] max_length=30 num_beams=5 repetition_penalty=1.3 strategy=\"standard\"", expected.Options);

        foreach (var target in new[] { "captioner", "own.safetensors" })
        {
            var run = await ClipGpt2Process.Run(["convert", Seed, "--out", At(target), .. bases]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Equal(expected, await Search(At(target)));
        }

        Assert.Equal("captioner.json", await Source(At("captioner"), "max_length"));
        Assert.Equal("checkpoint", await Source(At("own.safetensors"), "max_length"));
    }

    [Fact]
    public async Task ClipCaps_checkpoint_captions_by_its_own_search_in_every_form()
    {
        var expected = await Caption(ClipCap, Bases);
        Assert.EndsWith(".", expected, StringComparison.Ordinal);
        Assert.EndsWith(": a captioner", (await Convert(ClipCap, "captioner")).Trim(), StringComparison.Ordinal);
        Assert.Equal(expected, await Caption(At("captioner")));
        await Convert(ClipCap, "own.safetensors");
        Assert.Equal(expected, await Caption(At("own.safetensors")));
        var search = await Search(ClipCap, Bases);
        Assert.Contains("max_new_tokens=67 ", search.Options, StringComparison.Ordinal);
        Assert.Contains("stop_strings=[\".\"] strategy=\"clip_cap_greedy\"", search.Options, StringComparison.Ordinal);
        Assert.Equal(search, await Search(At("captioner")));
        Assert.Equal(search, await Search(At("own.safetensors")));
    }

    [Fact]
    public async Task ClipCaps_checkpoint_without_its_models_says_which_options_are_missing()
    {
        foreach (var arguments in new[] { ["caption", Scene, "--model", ClipCap], new[] { "convert", ClipCap, "--out", At("out") }, ["convert", ClipCap, "--out", At("out.safetensors")] })
        {
            var run = await ClipGpt2Process.Run(arguments);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("--encoder-base and --decoder-base", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("checkpoints/openai_clip/vit_torchscript.pt", "CLIPModel")]
    [InlineData("checkpoints/openai_clip/resnet_state_dict.pt", "CLIP")]
    [InlineData("checkpoints/mini-gpt2", "GPT2LMHeadModel")]
    public async Task Base_models_become_folders(string source, string kind)
    {
        Assert.EndsWith($": {kind}", (await Convert(Golden.File(source), "model")).Trim(), StringComparison.Ordinal);
        var inspected = await ClipGpt2Process.Run("inspect", At("model"), "--json");
        Assert.True(inspected.ExitCode == 0, inspected.Error);
    }

    [Fact]
    public async Task A_file_of_weights_becomes_safetensors_and_a_hostile_one_nothing()
    {
        Assert.Contains("19 tensors", await Convert(Golden.File("checkpoints/formats/state_dict.pt"), "weights.safetensors"), StringComparison.Ordinal);
        var run = await ClipGpt2Process.Run("convert", Golden.File("checkpoints/hostile/eval_proto4.pkl"), "--out", At("evil.safetensors"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("builtins.eval", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("evil.safetensors")));
    }

    private string At(string name) => Path.Combine(_folder, name);

    private async Task<string> Convert(string source, string target)
    {
        string[] bases = source == Seed || source == ClipCap ? Bases : [];
        var run = await ClipGpt2Process.Run(["convert", source, "--out", At(target), .. bases]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    private static async Task<(string Caption, double Score, string Options)> Search(string model, params string[] options)
    {
        var line = await Line(model, options);
        var search = line.GetProperty("decoding").EnumerateObject().OrderBy(option => option.Name, StringComparer.Ordinal);
        return (line.GetProperty("caption").GetString()!, line.GetProperty("score").GetDouble(), string.Join(' ', search.Select(option => $"{option.Name}={option.Value.GetProperty("value").GetRawText()}")));
    }

    private static async Task<string?> Source(string model, string option) => (await Line(model)).GetProperty("decoding").GetProperty(option).GetProperty("from").GetString();

    private static async Task<string> Caption(string model, params string[] options) => (await Line(model, options)).GetProperty("caption").GetString()!;

    private static async Task<JsonElement> Line(string model, params string[] options)
    {
        var run = await ClipGpt2Process.Run(["caption", Scene, "--json", "--model", model, .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Json[0];
    }
}
