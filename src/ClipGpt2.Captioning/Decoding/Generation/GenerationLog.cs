using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Decoding.Generation;

internal static partial class GenerationLog
{
    [LoggerMessage(20, LogLevel.Warning, "'{File}' has keys that are not known and so not followed: {Keys}")]
    public static partial void UnknownKeys(ILogger logger, string file, string keys);

    [LoggerMessage(21, LogLevel.Warning, "'{File}' names no end token: every caption goes on to the longest length that is allowed")]
    public static partial void NoEndToken(ILogger logger, string file);

    [LoggerMessage(22, LogLevel.Warning, "'{File}' isn't JSON and counts as not there: {Reason}")]
    public static partial void NotJson(ILogger logger, string file, string reason);
}
