using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The samples as a newcomer runs them: on standard error, which is no terminal here, there is nothing, libtorch's own lines included. <c>.ci/run</c> asks that of those too that take longer.</summary>
public sealed class SampleTests : IDisposable
{
    private static readonly string Samples = Golden.File("../../samples");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_quickstart_captions_its_pictures()
    {
        var run = await Run("Quickstart");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"(?m)^scene_\d+\.jpg: .+\.\r?$", run.Output);
    }

    [Fact]
    public async Task A_folder_becomes_a_table()
    {
        var csv = Path.Combine(_folder, "captions.csv");
        var run = await Run("CaptionFolder", Path.Combine(Samples, "Quickstart/images"), "--model", Path.Combine(Samples, "Quickstart/model"), "--out", csv);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var lines = File.ReadAllLines(csv);
        Assert.StartsWith("file,caption", lines[0], StringComparison.Ordinal);
        Assert.Contains($"{lines.Length - 1} picture(s) were captioned, 0 could not be.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_pictures_is_refused_and_no_table_written()
    {
        var csv = Path.Combine(_folder, "captions.csv");
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "no picture");
        var run = await Run("CaptionFolder", _folder, "--model", Path.Combine(Samples, "Quickstart/model"), "--out", csv);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains($"'{_folder}' holds no pictures", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(csv));
    }

    [Fact]
    public async Task A_training_on_scenes_writes_nothing_outside_the_folder_that_git_ignores()
    {
        var run = await Run("TrainScenes", "--quick");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["artifacts"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
        Assert.True(File.Exists(Path.Combine(_folder, "artifacts/scenes/captioner/captioner.json")));
        Assert.Contains("artifacts/", File.ReadLines(Path.Combine(Samples, "../.gitignore")));
    }

    private Task<ClipGpt2Process> Run(string sample, params string[] arguments)
    {
        // Both lie in folders of one configuration: .../bin/Release/net10.0/.
        var output = Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "../../.."), AppContext.BaseDirectory);
        var program = Path.Combine(Samples, sample, output, $"{sample}.dll");
        return ClipGpt2Process.Run(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = _folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        });
    }
}
