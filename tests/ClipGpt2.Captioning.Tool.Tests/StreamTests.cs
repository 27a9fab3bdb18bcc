using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Streams that are closed and files that are none end with the tool's own errors, and don't hang.</summary>
public sealed class StreamTests : IDisposable
{
    private static readonly string Scene = Golden.File("scenes/scene_000007.jpg");
    private static readonly string Seed = Golden.File("checkpoints/seed/clip_gpt2_square.pkl");
    private static readonly string[] Bases = ["--clip", Golden.File("models/tiny-clip"), "--gpt2", Golden.File("models/tiny-gpt2")];

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public static TheoryData<string[]> Commands =>
    [
        new TheoryDataRow<string[]>(["inspect", Golden.File("models/tiny-gpt2")]),
        new TheoryDataRow<string[]>(["inspect", Golden.File("models/tiny-gpt2"), "--json"]),
        new TheoryDataRow<string[]>(["caption", Scene, "--model", Seed, .. Bases]),
        new TheoryDataRow<string[]>(["caption", Scene, "--model", Seed, .. Bases, "--json"]),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_closed_standard_output_is_an_error_of_the_tools(string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shell is another there.");
        var run = await Run(">&-", arguments);
        Assert.True(run.ExitCode == 1, $"{run.ExitCode}: {run.Error}");
        Assert.Contains("standard output can't be written to", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_standard_error_leaves_the_exit_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shell is another there.");
        Assert.Equal(1, (await Run("2>&-", "inspect", "no/such/model.safetensors")).ExitCode);
    }

    [Fact]
    public async Task A_named_pipe_among_the_pictures_is_that_pictures_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Named pipes are no files there.");
        File.Copy(Scene, Path.Combine(_folder, "a.jpg"));
        File.Copy(Scene, Path.Combine(_folder, "c.jpg"));
        using (var made = Process.Start("mkfifo", [Path.Combine(_folder, "b.jpg")]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, made.ExitCode);
        }

        var run = await ClipGpt2Process.Run(["caption", _folder, "--model", Seed, .. Bases]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("b.jpg", run.Error, StringComparison.Ordinal);
        Assert.Contains("no file but a pipe", run.Error, StringComparison.Ordinal);
        Assert.Contains("a.jpg", run.Output, StringComparison.Ordinal);
        Assert.Contains("c.jpg", run.Output, StringComparison.Ordinal);
    }

    private static Task<ClipGpt2Process> Run(string redirection, params string[] arguments)
    {
        var plain = ClipGpt2Process.Command(arguments);
        var shell = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$0\" \"$@\" {redirection}", plain.FileName, .. plain.ArgumentList])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        return ClipGpt2Process.Run(shell);
    }
}
