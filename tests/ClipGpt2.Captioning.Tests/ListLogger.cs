using ClipGpt2.Captioning.Runtime.Proofs;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tests;

/// <summary>Keeps what is logged, a line each: <c>Warning: ...</c></summary>
/// <param name="withFallbacks">Whether ways to compute that gave way are heard: that is told once a process, to whoever logs next, and tests put faults in.</param>
internal sealed class ListLogger<T>(bool withFallbacks = false) : ILogger<T>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (withFallbacks || eventId.Id != KernelLog.GaveWayEvent)
        {
            Lines.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
