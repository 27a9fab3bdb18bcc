using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>What was logged as a warning.</summary>
internal sealed class MessageList : ILogger
{
    public List<string> Messages { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Add(formatter(state, exception));
}
