using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>A line every few seconds, and one at the end.</summary>
internal sealed class PlainFetch(bool verbose) : FetchDisplay, IProgress<DownloadProgress>
{
    private readonly Action<string> _write = verbose ? Messages.Hint : Messages.News;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private TimeSpan _next = Pause;

    public override Task<T> ShowAsync<T>(Func<IProgress<DownloadProgress>, ILogger<HubClient>, Task<T>> work) =>
        work(this, new JoinedLogger<HubClient>(new MessageLogger(verbose ? LogLevel.Trace : LogLevel.Information, _write)));

    public void Report(DownloadProgress value)
    {
        if (value.Elapsed >= _next || value.AllDone == value.AllTotal)
        {
            _next = value.Elapsed + Pause;
            _write(Text(value));
        }
    }
}
