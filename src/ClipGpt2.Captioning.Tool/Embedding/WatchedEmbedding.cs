using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>A progress bar with rate and time left; what the builder says goes above it.</summary>
internal sealed class WatchedEmbedding : EmbeddingDisplay
{
    private readonly IAnsiConsole _console = Terminal.Open();

    public override EmbeddingStoreResult Show(Func<IProgress<TrainingProgress>, ILogger, EmbeddingStoreResult> work)
    {
        using var logger = new FewPictures(new MessageLogger(LogLevel.Information, line => _console.WriteLine(line)), line => _console.WriteLine(line));
        var bar = _console.Progress().AutoClear(true).Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn());
        return bar.Start(context => work(new Bar(context.AddTask("pictures")), logger));
    }

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.Total ?? value.Done;
            task.Value = value.Done;
            task.Description = Text(value);
        }
    }
}
