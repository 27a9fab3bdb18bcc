using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning;

internal static partial class CaptionerLog
{
    /// <summary>The event of a picture's error.</summary>
    public const int ImageFailedId = 3;

    [LoggerMessage(1, LogLevel.Information, "Loaded the captioner '{Folder}' on {Device} in {Precision} within {Seconds:F1} s")]
    public static partial void Loaded(ILogger logger, string folder, string device, string precision, double seconds);

    [LoggerMessage(2, LogLevel.Debug, "Captioned {Images} image(s) in {Milliseconds:F0} ms")]
    public static partial void Captioned(ILogger logger, int images, double milliseconds);

    [LoggerMessage(ImageFailedId, LogLevel.Warning, "No caption for '{Source}': {Reason}")]
    public static partial void ImageFailed(ILogger logger, string source, string reason);
}
