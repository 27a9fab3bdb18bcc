using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

/// <summary>Services and containers may run without a home folder; the cache is never looked for in whatever folder is the current one.</summary>
public sealed class HomeFolderTests : IDisposable
{
    private static readonly string[] Elsewhere = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"];

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public static TheoryData<string> Commands => ["inspect no/such-model", "fetch no/such-model"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_home_folder_that_does_not_exist_still_is_the_one(string arguments)
    {
        var run = await Run(arguments.Split(' '), ("HOME", Path.Combine(_folder, "nobody")));
        AssertNothingWritten(run);
        Assert.Contains(Path.Combine(_folder, "nobody", ".cache", "huggingface", "hub"), run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Without_a_variable_the_system_is_asked(string arguments)
    {
        var run = await Run(arguments.Split(' '), ("HOME", null));
        AssertNothingWritten(run);
        Assert.Contains("'/", run.Error, StringComparison.Ordinal);
        Assert.Contains("/.cache/huggingface/hub", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder + "/.cache", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_relative_home_folder_is_an_error_that_names_the_remedy(string arguments)
    {
        var run = await Run(arguments.Split(' '), ("HOME", "."));
        AssertNothingWritten(run);
        Assert.Contains("HOME", run.Error, StringComparison.Ordinal);
        Assert.Contains("HF_HUB_CACHE", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_names_the_cache_or_gives_a_folder_needs_no_home()
    {
        var cache = Path.Combine(_folder, "cache");
        var run = await Run(["inspect", "no/such-model"], ("HOME", "."), ("HF_HUB_CACHE", cache));
        Assert.Contains(Path.Combine(cache, "models--no--such-model"), run.Error, StringComparison.Ordinal);
        var given = await Run(["inspect", Golden.File("models/tiny-gpt2")], ("HOME", "."));
        Assert.True(given.ExitCode == 0, given.Error);
    }

    private void AssertNothingWritten(ClipGpt2Process run)
    {
        Assert.NotEqual(0, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    private Task<ClipGpt2Process> Run(string[] arguments, params (string Name, string? Value)[] variables)
    {
        var command = ClipGpt2Process.Command(arguments);
        command.WorkingDirectory = _folder;
        command.Environment["HF_HUB_OFFLINE"] = "1";
        Array.ForEach(Elsewhere, name => command.Environment.Remove(name));
        foreach (var (name, value) in variables)
        {
            command.Environment.Remove(name);
            if (value is not null)
            {
                command.Environment[name] = value;
            }
        }

        return ClipGpt2Process.Run(command);
    }
}
