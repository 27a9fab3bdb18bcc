using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>How captions are written, each when it is there.</summary>
internal abstract class CaptionOutput
{
    /// <summary>JSON lines; else a progress bar where somebody watches, else plain lines.</summary>
    public static CaptionOutput Create(bool json) => json ? new JsonCaptions() : Terminal.IsInteractive ? new WatchedCaptions() : new PlainCaptions();

    /// <summary>Is told of the captioner before the first result.</summary>
    public virtual void Begin(Captioner captioner)
    {
    }

    /// <summary>Writes all results.</summary>
    /// <param name="results">The results.</param>
    /// <param name="count">How many there will be.</param>
    /// <returns>Whether every picture has its caption.</returns>
    public virtual async Task<bool> WriteAsync(IAsyncEnumerable<CaptionResult> results, int count)
    {
        var complete = true;
        await foreach (var result in results)
        {
            Write(result);
            complete &= result.Error is null;
        }

        return complete;
    }

    protected abstract void Write(CaptionResult result);
}
