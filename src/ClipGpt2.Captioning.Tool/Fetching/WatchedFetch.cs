using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>A progress bar with rate and time left; what the client says goes above it.</summary>
internal sealed class WatchedFetch : FetchDisplay
{
    private readonly IAnsiConsole _console = Terminal.Open();

    public override Task<T> ShowAsync<T>(Func<IProgress<DownloadProgress>, ILogger<HubClient>, Task<T>> work)
    {
        var logger = new JoinedLogger<HubClient>(new MessageLogger(LogLevel.Information, line => _console.WriteLine(line)));
        var bar = _console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn());
        return bar.StartAsync(context => work(new Bar(context.AddTask("asking")), logger));
    }

    private sealed class Bar(ProgressTask task) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            task.MaxValue = value.AllTotal;
            task.Value = value.AllDone;
            task.Description = Markup.Escape(Text(value));
        }
    }
}
