using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>Logs as one, each of which takes what it is enabled for.</summary>
internal sealed class JoinedLogger<T>(params ILogger[] logs) : ILogger<T>
{
    public bool IsEnabled(LogLevel logLevel) => Array.Exists(logs, log => log.IsEnabled(logLevel));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Array.ForEach(logs, log => log.Log(logLevel, eventId, state, exception, formatter));
}
