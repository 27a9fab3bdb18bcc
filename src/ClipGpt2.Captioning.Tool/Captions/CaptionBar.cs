using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>A progress bar while captions are written.</summary>
internal static class CaptionBar
{
    /// <summary>Writes results and counts them.</summary>
    /// <param name="console">Where the bar is; it is gone at the end.</param>
    /// <param name="results">The results.</param>
    /// <param name="count">How many there will be.</param>
    /// <param name="write">Writes them.</param>
    public static Task<bool> ShowAsync(IAnsiConsole console, IAsyncEnumerable<CaptionResult> results, int count, Func<IAsyncEnumerable<CaptionResult>, Task<bool>> write)
    {
        var progress = console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
        return progress.StartAsync(context => write(Counted(results, context.AddTask("captions", maxValue: count))));
    }

    private static async IAsyncEnumerable<CaptionResult> Counted(IAsyncEnumerable<CaptionResult> results, ProgressTask bar)
    {
        await foreach (var result in results)
        {
            yield return result;
            bar.Increment(1);
        }
    }
}
