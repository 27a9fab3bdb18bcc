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
    public async Task A_file_that_is_not_there_is_one_line_on_standard_error()
    {
        var run = await ClipGpt2Process.Run("inspect", "no-such-file");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal("clipgpt2: There is no file 'no-such-file'." + Environment.NewLine, run.Error);
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
