using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Tool.Output;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>A captioner's log of which the person at the keyboard sees what is odd about the model; each picture's error is a result, and shown as one.</summary>
/// <remarks>A kernel that gave way to another that is proven is <c>doctor</c>'s to tell: the results are right.</remarks>
internal sealed class LoadingMessages : ILogger<Captioner>
{
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && eventId.Id is not (CaptionerLog.ImageFailedId or KernelLog.GaveWayEvent))
        {
            Messages.Error(formatter(state, exception));
        }
    }
}
