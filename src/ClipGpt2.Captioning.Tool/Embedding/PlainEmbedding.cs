using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>A line every few seconds, and one at the end.</summary>
internal sealed class PlainEmbedding(bool verbose) : EmbeddingDisplay, IProgress<TrainingProgress>
{
    private readonly Action<string> _write = verbose ? Messages.Hint : Messages.News;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private TimeSpan _next = Pause;

    public override EmbeddingStoreResult Show(Func<IProgress<TrainingProgress>, ILogger, EmbeddingStoreResult> work)
    {
        if (verbose)
        {
            return work(this, new MessageLogger(LogLevel.Trace, _write));
        }

        using var logger = new FewPictures(new MessageLogger(LogLevel.Information, _write), _write);
        return work(this, logger);
    }

    public void Report(TrainingProgress value)
    {
        if (value.Elapsed >= _next || value.Done == value.Total)
        {
            _next = value.Elapsed + Pause;
            _write($"{value.Done} of {value.Total} images, {Text(value)}");
        }
    }
}
