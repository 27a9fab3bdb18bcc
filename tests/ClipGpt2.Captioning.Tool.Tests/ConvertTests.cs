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

    [Fact]
    public async Task ClipCaps_checkpoint_captions_by_its_own_search_in_every_form()
    {
        var expected = await Caption(ClipCap, Bases);
        Assert.EndsWith(".", expected, StringComparison.Ordinal);
        Assert.Contains("--strategy clipcapgreedy", await Convert(ClipCap, "captioner"), StringComparison.Ordinal);
        Assert.Equal(expected, await Caption(At("captioner"), "--strategy", "clipcapgreedy"));
        await Convert(ClipCap, "own.safetensors");
        Assert.Equal(expected, await Caption(At("own.safetensors"), "--strategy", "clipcapgreedy"));
    }

    [Fact]
    public async Task ClipCaps_checkpoint_without_its_models_says_which_options_are_missing()
    {
        foreach (var arguments in new[] { ["caption", Scene, "--model", ClipCap], new[] { "convert", ClipCap, "--out", At("out") }, ["convert", ClipCap, "--out", At("out.safetensors")] })
        {
            var run = await ClipGpt2Process.Run(arguments);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("--clip and --gpt2", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
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

    private static async Task<string> Caption(string model, params string[] options)
    {
        var run = await ClipGpt2Process.Run(["caption", Scene, "--json", "--model", model, .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Json[0].GetProperty("caption").GetString()!;
    }
}
