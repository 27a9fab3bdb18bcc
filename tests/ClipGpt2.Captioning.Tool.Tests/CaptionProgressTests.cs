using System.Diagnostics;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Progress goes to standard error where that is a terminal, which util-linux's <c>script</c> makes, whatever becomes of standard output.</summary>
public sealed class CaptionProgressTests : IDisposable
{
    private const string Escape = "\u001b";

    private static readonly string Model = Golden.File("../../samples/Quickstart/model");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    private string Output => Path.Combine(_folder, "out.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    public async Task A_bar_is_on_the_terminal_and_results_are_in_the_file(string json)
    {
        var (good, bad) = Pictures("a.jpg", "b.jpg", "c.jpg");
        var screen = await OnTerminal($"caption {_folder} --model {Model} {json} > {Output}");
        Assert.Contains("100%", screen, StringComparison.Ordinal);
        Assert.Contains(Escape, screen, StringComparison.Ordinal);
        Assert.DoesNotContain("red", screen, StringComparison.Ordinal);
        var lines = File.ReadAllLines(Output);
        Assert.All(lines, line => Assert.DoesNotContain(Escape, line, StringComparison.Ordinal));
        if (json.Length > 0)
        {
            Assert.Equal([bad, .. good], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!));
        }
        else
        {
            Assert.Equal(good, lines.Select(line => line.Split('\t')[0]));
            Assert.Contains("bad.jpg", screen, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Captions_stand_above_the_bar_where_both_share_the_terminal()
    {
        Pictures("a.jpg");
        var screen = await OnTerminal($"caption {_folder} --model {Model}");
        Assert.Contains("100%", screen, StringComparison.Ordinal);
        Assert.Contains("a.jpg\t", screen.Replace(new string(' ', 8), "\t", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_bar_where_standard_error_is_a_file()
    {
        Pictures("a.jpg");
        var errors = Path.Combine(_folder, "err.txt");
        var screen = await OnTerminal($"caption {_folder} --model {Model} 2> {errors}");
        Assert.DoesNotContain("%", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("%", File.ReadAllText(errors), StringComparison.Ordinal);
        Assert.Contains("bad.jpg", Assert.Single(File.ReadAllLines(errors)), StringComparison.Ordinal);
    }

    private (string[] Good, string Bad) Pictures(params string[] names)
    {
        string[] good = [.. names.Select(name => Path.Combine(_folder, name))];
        Array.ForEach(good, file => File.Copy(Golden.File("scenes/scene_000007.jpg"), file));
        var bad = Path.Combine(_folder, "_bad.jpg");
        File.WriteAllText(bad, "no picture");
        return (good, bad);
    }

    /// <summary>What a terminal gets to see of a command line.</summary>
    private static async Task<string> OnTerminal(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Others have no script, or another.");
        var plain = ClipGpt2Process.Command();
        var script = new ProcessStartInfo("/usr/bin/script", ["-qec", $"{string.Join(' ', plain.ArgumentList.Prepend(plain.FileName))} {arguments}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        script.Environment["TERM"] = "xterm";
        return (await ClipGpt2Process.Run(script, "")).Output;
    }
}
