using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

public sealed class InspectModelTests
{
    [Fact]
    public async Task Every_sound_file_is_listed_and_every_broken_one_is_told()
    {
        var cases = Golden.Json("checkpoints/safetensors/safetensors.json").GetProperty("cases").EnumerateArray().ToList();
        var files = cases.ConvertAll(c => Golden.File(c.GetProperty("file").GetString()!));
        var run = await ClipGpt2Process.Run(["inspect", "--json", .. files]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(files, run.Json.Select(line => line.GetProperty("file").GetString()!));
        foreach (var (golden, line) in cases.Zip(run.Json))
        {
            CheckLine(golden.GetProperty("expected"), line);
        }
    }

    [Fact]
    public async Task A_model_folder_is_listed_as_a_table()
    {
        var run = await ClipGpt2Process.Run("inspect", Golden.File("models/tiny-gpt2-sharded"));
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Contains("transformer.wte.weight", run.Output, StringComparison.Ordinal);
        Assert.Contains("tensors", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_is_expanded_without_a_shell()
    {
        var expected = Directory.EnumerateFiles(Golden.File("checkpoints/formats"), "state_dict*.pt").Order(StringComparer.Ordinal).ToList();
        var run = await ClipGpt2Process.Run("inspect", Golden.File("checkpoints/formats/state_dict*.pt"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, run.Json.Select(line => line.GetProperty("file").GetString()!));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_one_line_on_standard_error()
    {
        var run = await ClipGpt2Process.Run("inspect", "no-such-file.safetensors");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal("clipgpt2: There is no file 'no-such-file.safetensors'." + Environment.NewLine, run.Error);
    }

    [Fact]
    public async Task A_model_is_found_in_the_cache_by_its_id()
    {
        var cache = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            var model = Path.Combine(cache, "models--some--model");
            var snapshot = Directory.CreateDirectory(Path.Combine(model, "snapshots", "abc")).FullName;
            File.Copy(Golden.File("models/tiny-gpt2/model.safetensors"), Path.Combine(snapshot, "model.safetensors"));
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(model, "refs")).FullName, "main"), "abc");
            var run = await Inspect("some/model");
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.StartsWith("some/model: ", run.Output, StringComparison.Ordinal);

            var missing = await Inspect("some/other");
            Assert.Equal(1, missing.ExitCode);
            Assert.Contains("clipgpt2 fetch some/other", missing.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }

        Task<ClipGpt2Process> Inspect(string id)
        {
            var command = ClipGpt2Process.Command("inspect", id);
            command.Environment["HF_HUB_CACHE"] = cache;
            return ClipGpt2Process.Run(command);
        }
    }

    private static void CheckLine(JsonElement expected, JsonElement line)
    {
        var outcome = expected.GetProperty("outcome").GetString();
        var failed = line.TryGetProperty("error", out _);
        Assert.True(outcome == "load_or_refuse" || failed == (outcome == "refuse"), line.ToString());
        if (!failed && expected.TryGetProperty("tensors", out var tensors))
        {
            Assert.Equal(
                tensors.EnumerateArray().Select(t => t.GetProperty("name").GetString()!).Order(StringComparer.Ordinal),
                line.GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("name").GetString()!));
        }

        if (!failed && expected.TryGetProperty("metadata", out var metadata))
        {
            Assert.True(JsonElement.DeepEquals(metadata, line.GetProperty("metadata")), line.ToString());
        }
    }
}
