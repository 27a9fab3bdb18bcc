namespace ClipGpt2.Captioning.Tool.Tests;

public sealed class CommandLineTests
{
    public static TheoryData<string> Verbs => [.. CommandLine.Parse([]).RootCommandResult.Command.Subcommands.Select(command => command.Name)];

    [Fact]
    public async Task Help_names_the_commands()
    {
        var run = await ClipGpt2Process.Run("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("inspect", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_a_verb_ends_with_an_example_that_the_verb_understands(string verb)
    {
        var run = await ClipGpt2Process.Run(verb, "--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var lines = run.Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal("Example:", lines[^2]);
        Assert.StartsWith($"  clipgpt2 {verb} ", lines[^1], StringComparison.Ordinal);
        Assert.Empty(CommandLine.Parse(lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]).Errors);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("train")]
    [InlineData("train", "a.json", "b.json")]
    [InlineData("train", "a.json", "--set")]
    [InlineData("inspect")]
    [InlineData("inspect", "x", "--nonsense")]
    [InlineData("inspect", "-")]
    [InlineData("inspect", "x", "--transform", "hf")]
    [InlineData("inspect", "x", "--orientation")]
    [InlineData("caption", "x.jpg")]
    [InlineData("caption", "--model", "y")]
    [InlineData("caption", "x.jpg", "--model", "y", "--beams", "0")]
    [InlineData("caption", "x.jpg", "--model", "y", "--max-new-tokens", "many")]
    [InlineData("caption", "x.jpg", "--model", "y", "--precision", "half")]
    [InlineData("caption", "x.jpg", "--model", "y", "--prompt")]
    [InlineData("inspect", "x", "--preprocess", "y", "--transform", "upside-down")]
    [InlineData("inspect", "x", "--preprocess", "y", "--transform", "squash:224")]
    [InlineData("prepare-coco", "x.json", "--images", "y")]
    public async Task A_wrong_command_line_is_told_in_a_line_and_a_hint(params string[] arguments)
    {
        var run = await ClipGpt2Process.Run(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("clipgpt2: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }
}
