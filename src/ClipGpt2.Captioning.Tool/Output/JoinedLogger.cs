using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>Two logs as one, each of which takes what it is enabled for.</summary>
internal sealed class JoinedLogger<T>(ILogger first, ILogger second) : ILogger<T>
{
    public bool IsEnabled(LogLevel logLevel) => first.IsEnabled(logLevel) || second.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        first.Log(logLevel, eventId, state, exception, formatter);
        second.Log(logLevel, eventId, state, exception, formatter);
    }
}
