using ClipGpt2.Captioning.Tests.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

public sealed class FetchTests : IDisposable
{
    private readonly FetchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_models_folder_is_all_that_is_printed()
    {
        var run = await ClipGpt2Process.Run(FetchProcess.Model(_folder));
        Assert.Equal((0, $"{_folder.Snapshot}{Environment.NewLine}", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(4, _folder.AssertNothingIsWrong().Count);

        run = await ClipGpt2Process.Run(FetchProcess.Model(_folder, "--offline"));
        Assert.Equal((0, $"{_folder.Snapshot}{Environment.NewLine}"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task The_environment_is_heeded_as_Hugging_Faces_programs_heed_it()
    {
        var run = await ClipGpt2Process.Run(FetchProcess.Command("fetch", FakeHub.Id, "--include", "*.md", "--revision", FakeHub.Commit)
            .With("HF_ENDPOINT", $"{_folder.Hub.Address}").With("HF_HUB_CACHE", _folder.Cache).With("HF_TOKEN", "hf_secret"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("README.md", _folder.AssertNothingIsWrong());
        Assert.Contains(_folder.Hub.Requests, request => request.Header("Authorization") == "Bearer hf_secret");

        run = await ClipGpt2Process.Run(FetchProcess.Command("fetch", FakeHub.Id).With("HF_HUB_CACHE", _folder.Cache).With("HF_HUB_OFFLINE", "1"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"clipgpt2 fetch {FakeHub.Id}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_commands_look_where_fetch_puts_models()
    {
        var run = await ClipGpt2Process.Run(FetchProcess.Command("embed", "--encoder", FakeHub.Id, "--captions", Golden.File("captions_scenes.json"), "--out", _folder.Cache).With("HF_HUB_CACHE", "/some/cache"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/some/cache", run.Error, StringComparison.Ordinal);
        Assert.Contains($"clipgpt2 fetch {FakeHub.Id}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_one_line()
    {
        _folder.Hub.Tamper = (_, _) => new LocalAnswer(401);
        var run = await ClipGpt2Process.Run(FetchProcess.Model(_folder));
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("HF_TOKEN", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fetch")]
    [InlineData("fetch", "coco2014-captions", "--revision", "main")]
    [InlineData("fetch", "coco2014-captions", "--cache", "x")]
    [InlineData("fetch", "coco2014-val-images", "--all")]
    [InlineData("fetch", "org/name", "--out", "x")]
    public async Task Options_that_have_no_meaning_are_refused(params string[] arguments) =>
        Assert.Equal(2, (await ClipGpt2Process.Run(FetchProcess.Command(arguments))).ExitCode);

    [Fact]
    public async Task Two_processes_that_fetch_at_once_end_with_one_good_copy()
    {
        _folder.Hub.Tamper = (_, answer) => answer with { Pause = TimeSpan.FromMilliseconds(20) };
        var runs = await Task.WhenAll(ClipGpt2Process.Run(FetchProcess.Model(_folder)), ClipGpt2Process.Run(FetchProcess.Model(_folder)));
        Assert.All(runs, run => Assert.Equal((0, $"{_folder.Snapshot}{Environment.NewLine}"), (run.ExitCode, run.Output)));
        Assert.Equal(4, _folder.AssertNothingIsWrong().Count);
        Assert.Single(_folder.Hub.Requests, _folder.Hub.IsStorage);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(_folder.Repository, "blobs")), file => file.EndsWith(".incomplete", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_waits_for_a_process_that_is_killed_takes_over_where_it_was()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        Stall();
        using var first = new TracedProcess(FetchProcess.Model(_folder, "--verbose"));
        Assert.True(first.ReadTo($" {FetchFolder.Weights}: ", 1), first.LastLine);
        using var second = new TracedProcess(FetchProcess.Model(_folder, "--verbose"));
        Assert.True(second.ReadTo("Waiting for another process", 1), second.LastLine);
        _folder.Hub.Tamper = (_, answer) => answer;
        first.Kill();
        Assert.Equal(0, second.WaitForExit());
        Assert.Equal(4, _folder.AssertNothingIsWrong().Count);
        Assert.Contains(_folder.Hub.Gets(FetchFolder.Weights), request => request.Header("Range") is not null);
    }

    [Fact]
    public void Ctrl_C_ends_cleanly_and_the_next_run_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        Stall();
        using (var process = new TracedProcess(FetchProcess.Model(_folder, "--verbose")))
        {
            Assert.True(process.ReadTo($" {FetchFolder.Weights}: ", 1), process.LastLine);
            process.Interrupt();
            Assert.True(process.ReadTo("the same command goes on where it was", 1), process.LastLine);
            Assert.Equal(130, process.WaitForExit());
        }

        _folder.Hub.Tamper = (_, answer) => answer;
        using var again = new TracedProcess(FetchProcess.Model(_folder, "--verbose"));
        Assert.Equal(0, again.WaitForExit());
        Assert.Contains(_folder.Hub.Gets(FetchFolder.Weights), request => request.Header("Range") is not null);
    }

    /// <summary>Lets large files come to a stop within, for longer than the test takes.</summary>
    private void Stall() => _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? answer with { StallAfter = 100_000 } : answer;
}
