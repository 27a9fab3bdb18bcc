using System.Globalization;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>Shows how a download gets on.</summary>
internal abstract class FetchDisplay
{
    /// <summary>A progress bar where somebody watches, else lines on standard error: all of them where they are asked for, and some on a terminal.</summary>
    /// <param name="verbose">Whether each step is told, in lines.</param>
    public static FetchDisplay Create(bool verbose) => Terminal.IsInteractive && !verbose ? new WatchedFetch() : new PlainFetch(verbose);

    /// <summary>Does the work, and shows it meanwhile.</summary>
    public abstract Task<T> ShowAsync<T>(Func<IProgress<DownloadProgress>, ILogger<HubClient>, Task<T>> work);

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");

    /// <summary>File, rate and time left.</summary>
    protected static string Text(DownloadProgress progress)
    {
        var rate = progress.Elapsed > TimeSpan.Zero ? progress.Received / progress.Elapsed.TotalSeconds : 0;
        var left = rate > 0 ? TimeSpan.FromSeconds((progress.AllTotal - progress.AllDone) / rate) : TimeSpan.Zero;
        var speed = string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:F1} MB/s, {(int)left.TotalHours:D2}:{left:mm\\:ss} left");
        return $"{Printable.Line(progress.File)}: {Megabytes(progress.AllDone)} of {Megabytes(progress.AllTotal)}, {speed}";
    }
}
