using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>Lines above a progress bar.</summary>
internal sealed class WatchedCaptions : PlainCaptions
{
    private readonly IAnsiConsole _console = Terminal.Open();

    public override Task<bool> WriteAsync(IAsyncEnumerable<CaptionResult> results, int count)
    {
        var progress = _console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
        return progress.StartAsync(context => base.WriteAsync(Counted(results, context.AddTask("captions", maxValue: count)), count));
    }

    protected override void WriteLine(string line) => _console.WriteLine(line);

    /// <summary>On the terminal's one screen, where standard error would run into the bar.</summary>
    protected override void WriteError(string message) => _console.WriteLine(Messages.Format(message), new Style(Color.Red));

    private static async IAsyncEnumerable<CaptionResult> Counted(IAsyncEnumerable<CaptionResult> results, ProgressTask bar)
    {
        await foreach (var result in results)
        {
            yield return result;
            bar.Increment(1);
        }
    }
}
