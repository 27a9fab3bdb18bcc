using ClipGpt2.Captioning.Runtime.Proofs;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>A log of which the person at the keyboard sees warnings and errors.</summary>
/// <remarks>A kernel that gave way to another that is proven is <c>doctor</c>'s to tell: the results are right.</remarks>
internal sealed class TerminalLogger<T> : ILogger<T>
{
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && eventId.Id != KernelLog.GaveWayEvent)
        {
            Messages.Error(formatter(state, exception));
        }
    }
}
