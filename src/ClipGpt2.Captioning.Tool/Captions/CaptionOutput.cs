using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>How captions are written, each when it is there.</summary>
/// <param name="bar">Where progress is shown meanwhile; null for nowhere.</param>
internal abstract class CaptionOutput(IAnsiConsole? bar)
{
    /// <summary>JSON lines or plain ones on standard output, and a progress bar where standard error is a terminal.</summary>
    /// <remarks>Only JSON on the bar's own screen has none: its lines would be folded at the screen's edge, and are a sign of life themselves.</remarks>
    public static CaptionOutput Create(bool json)
    {
        var (isWatched, isOneScreen) = (Terminal.IsWatched, Terminal.IsInteractive);
        return json
            ? new JsonCaptions(isWatched && !isOneScreen ? Terminal.OpenError() : null)
            : new PlainCaptions(isOneScreen ? Terminal.Open() : isWatched ? Terminal.OpenError() : null, isOneScreen);
    }

    /// <summary>Is told of the captioner, and what it is asked for, before the first result.</summary>
    public virtual void Begin(Captioner captioner, CaptionOptions options)
    {
    }

    /// <summary>Writes all results.</summary>
    /// <param name="results">The results.</param>
    /// <param name="count">How many there will be.</param>
    /// <returns>Whether every picture has its caption.</returns>
    public Task<bool> WriteAsync(IAsyncEnumerable<CaptionResult> results, int count) =>
        bar is null ? WriteAllAsync(results) : CaptionBar.ShowAsync(bar, results, count, WriteAllAsync);

    protected abstract void Write(CaptionResult result);

    private async Task<bool> WriteAllAsync(IAsyncEnumerable<CaptionResult> results)
    {
        var complete = true;
        await foreach (var result in results)
        {
            Write(result);
            complete &= result.Error is null;
        }

        return complete;
    }
}
