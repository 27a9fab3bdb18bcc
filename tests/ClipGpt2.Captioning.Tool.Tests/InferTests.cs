namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The reference program's inference run from the shell, by its own configuration, pictures and checkpoints.</summary>
public sealed class InferTests : IDisposable
{
    private readonly ReferenceRun _seed = new();

    public void Dispose() => _seed.Dispose();

    [Fact]
    public async Task The_table_is_the_seeds_byte_for_byte_and_so_is_what_is_printed()
    {
        File.Delete(_seed.Csv);
        var run = await Run();
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Error);
        Assert.Equal(File.ReadAllText(Golden.File("checkpoints/seed/expected_stdout.txt")), run.Output);
        Assert.Equal(File.ReadAllBytes(Golden.File("checkpoints/seed/expected_captions.csv")), File.ReadAllBytes(_seed.Csv));
    }

    [Fact]
    public async Task A_bad_picture_and_a_hostile_model_are_named_and_the_rest_is_captioned()
    {
        File.Copy(Golden.File("checkpoints/hostile/system_proto2.pkl"), _seed.File("checkpoints/seed/hostile.pkl"));
        File.WriteAllText(_seed.File("checkpoints/seed/images/broken.jpg"), "no picture");
        var run = await Run();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(2, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("hostile.pkl' is left out", run.Error, StringComparison.Ordinal);
        Assert.Contains("posix.system", run.Error, StringComparison.Ordinal);
        Assert.Contains("broken.jpg' is left out", run.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Golden.File("checkpoints/seed/expected_stdout.txt")), run.Output);
        Assert.Equal(File.ReadAllBytes(Golden.File("checkpoints/seed/expected_captions.csv")), File.ReadAllBytes(_seed.Csv));
    }

    [Fact]
    public async Task Without_a_model_that_can_be_used_nothing_is_written()
    {
        foreach (var model in Directory.GetFiles(_seed.File("checkpoints/seed"), "*.pkl"))
        {
            File.WriteAllText(model, "damaged");
        }

        var before = File.ReadAllBytes(_seed.Csv);
        var run = await Run();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("none of the models could be used", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_seed.Csv));
    }

    [Fact]
    public async Task A_GPU_that_isnt_there_is_warned_of()
    {
        File.WriteAllText(_seed.File(ReferenceRun.Config), File.ReadAllText(_seed.File(ReferenceRun.Config)).Replace("\"enable_GPU\": false", "\"enable_GPU\": true", StringComparison.Ordinal));
        var run = await Run();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(run.Output.StartsWith("Using device: cpu", StringComparison.Ordinal), run.Error.Contains("enable_GPU is true, but no GPU can be used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folders_that_arent_there_are_each_named()
    {
        Directory.Delete(_seed.File("checkpoints/seed/images"), recursive: true);
        var run = await Run();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"clipgpt2: {ReferenceRun.Config}: images_dir is 'checkpoints/seed/images', which is no folder.", run.Error.Trim());
    }

    private Task<ClipGpt2Process> Run() => ClipGpt2Process.Run(_seed.Command());
}
