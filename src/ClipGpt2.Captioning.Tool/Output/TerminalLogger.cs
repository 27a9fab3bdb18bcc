using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>A log of which the person at the keyboard sees warnings and errors.</summary>
internal sealed class TerminalLogger<T> : ILogger<T>
{
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Messages.Error(formatter(state, exception));
        }
    }
}
