using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

internal static partial class HubLog
{
    [LoggerMessage(40, LogLevel.Warning, "{Problem} Trying again in {Seconds:F1} s")]
    public static partial void TryingAgain(ILogger logger, string problem, double seconds);

    [LoggerMessage(41, LogLevel.Information, "{File}: {Bytes} byte(s) were there before, and the download goes on behind them")]
    public static partial void Resumed(ILogger logger, string file, long bytes);

    [LoggerMessage(42, LogLevel.Information, "{File}: begun anew, since {Reason}")]
    public static partial void BegunAnew(ILogger logger, string file, string reason);

    [LoggerMessage(43, LogLevel.Information, "Waiting for another process that holds '{Lock}'")]
    public static partial void Waiting(ILogger logger, string @lock);

    [LoggerMessage(44, LogLevel.Debug, "{Method} {Address}: {Status}")]
    public static partial void Answered(ILogger logger, string method, string address, int status);

    [LoggerMessage(45, LogLevel.Trace, "{File}: {Done} of {Total} byte(s) written")]
    public static partial void Written(ILogger logger, string file, long done, long total);

    [LoggerMessage(46, LogLevel.Debug, "{File}: whole, and its hash is right")]
    public static partial void Verified(ILogger logger, string file);

    [LoggerMessage(47, LogLevel.Debug, "{File}: in its place")]
    public static partial void Placed(ILogger logger, string file);

    [LoggerMessage(48, LogLevel.Information, "{Id} ({Revision}) is commit {Commit}: {Files} file(s), of which {Missing} aren't in the cache yet")]
    public static partial void Listed(ILogger logger, string id, string revision, string commit, int files, int missing);

    [LoggerMessage(49, LogLevel.Information, "{Id}: {Count} file(s) are left alone whose names not every system can have, such as '{Name}'")]
    public static partial void LeftAlone(ILogger logger, string id, int count, string name);
}
