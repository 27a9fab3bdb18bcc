using System.Globalization;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>Shows how embedding gets on.</summary>
internal abstract class EmbeddingDisplay
{
    /// <summary>A progress bar where somebody watches, else lines on standard error: all of them where they are asked for, and some on a terminal.</summary>
    /// <param name="verbose">Whether each step is told, in lines.</param>
    public static EmbeddingDisplay Create(bool verbose) => Terminal.IsInteractive && !verbose ? new WatchedEmbedding() : new PlainEmbedding(verbose);

    /// <summary>Does the work, and shows it meanwhile.</summary>
    public abstract EmbeddingStoreResult Show(Func<IProgress<TrainingProgress>, ILogger, EmbeddingStoreResult> work);

    /// <summary>Rate and time left.</summary>
    protected static string Text(TrainingProgress progress)
    {
        var left = progress.Remaining ?? TimeSpan.Zero;
        return string.Create(CultureInfo.InvariantCulture, $"{progress.ExamplesPerSecond:F1} images/s, {(int)left.TotalHours:D2}:{left:mm\\:ss} left");
    }
}
