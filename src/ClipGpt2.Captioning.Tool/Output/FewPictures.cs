using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>A log that shows the first pictures that were left out and at its end says how many more there were: where a folder is named wrongly, all of them are.</summary>
internal sealed class FewPictures(ILogger log, Action<string> write) : ILogger, IDisposable
{
    /// <summary>How many are shown.</summary>
    public const int Shown = BadImagesException.Shown;

    private int _leftOut;

    /// <summary>Tells why pictures ended the work: a line for each of the first ones, and one for all.</summary>
    /// <param name="error">The pictures.</param>
    /// <param name="remedy">What to do about them.</param>
    public static void Tell(BadImagesException error, string remedy)
    {
        foreach (var image in error.Images.Take(Shown))
        {
            Messages.Error(image.Error.Contains(image.Name, StringComparison.Ordinal) ? image.Error : $"{image.Name}: {image.Error}");
        }

        if (error.Images.Count > Shown)
        {
            Messages.Error(More(error.Images.Count));
        }

        Messages.Error($"{error.Images.Count} picture(s) can't be used: {remedy}");
    }

    /// <summary>How many pictures aren't shown.</summary>
    public static string More(int count) => $"... and {count - Shown} more";

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var isLeftOut = IsEnabled(logLevel) && eventId.Name is nameof(CaptionTrainerLog.LeftOut) or nameof(EmbeddingLog.ImageSkipped);
        if (!isLeftOut || Interlocked.Increment(ref _leftOut) <= Shown)
        {
            log.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    public void Dispose()
    {
        if (_leftOut > Shown)
        {
            write($"{Messages.Format(More(_leftOut))} of {_leftOut} pictures that were left out");
        }
    }
}
