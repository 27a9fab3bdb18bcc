using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>A log file in the form of the reference program's: <c>2026-11-23 21:39:07,231 - main_logger - INFO - message</c>, in local time, debug messages included.</summary>
/// <remarks>That is Python's <c>logging</c> with the reference program's format. Any number of threads may log; each line is in the file when the call returns.</remarks>
internal sealed class LogFile : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file;
    private readonly TimeProvider _clock;

    private LogFile(FileStream file, TimeProvider clock) => (_file, _clock) = (new StreamWriter(file, new UTF8Encoding(false)), clock);

    /// <summary>Opens a file and makes its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="append">Whether a file that is there goes on, as that of a resumed run; otherwise it is emptied.</param>
    /// <param name="clock">What times come from; null for the system's clock.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public static LogFile Open(string path, bool append = false, TimeProvider? clock = null)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new(new FileStream(path, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read), clock ?? TimeProvider.System);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptioningException($"The log '{path}' can't be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => CreateLogger(categoryName, LogLevel.Debug);

    /// <summary>A logger that takes messages from a level on.</summary>
    public ILogger CreateLogger(string categoryName, LogLevel least) => new NamedLog(this, categoryName, least);

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    private void Write(string name, LogLevel level, string message)
    {
        var time = _clock.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            try
            {
                _file.Write($"{time} - {name} - {Name(level)} - {message}\n");
                _file.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A disk that is full must not end a run of hours for the sake of its log.
            }
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    private sealed class NamedLog(LogFile file, string name, LogLevel least) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel < LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                file.Write(name, logLevel, exception is null ? formatter(state, null) : $"{formatter(state, exception)}\n{exception}");
            }
        }
    }
}
