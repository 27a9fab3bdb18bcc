using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>What the library logs, a line each.</summary>
internal sealed class MessageLogger(LogLevel least, Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            write(Messages.Format(formatter(state, exception)));
        }
    }
}
