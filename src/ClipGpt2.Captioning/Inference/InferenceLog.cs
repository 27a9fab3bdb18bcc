using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Inference;

internal static partial class InferenceLog
{
    [LoggerMessage(80, LogLevel.Information, "Captioning {Images} picture(s) with {Models} model(s) on {Device}")]
    public static partial void Started(ILogger logger, int images, int models, string device);

    [LoggerMessage(81, LogLevel.Debug, "'{Path}' is no caption checkpoint and is left alone")]
    public static partial void NoCheckpoint(ILogger logger, string path);

    [LoggerMessage(82, LogLevel.Debug, "'{Model}' takes the embeddings that an earlier model's encoder computed")]
    public static partial void EmbeddingsShared(ILogger logger, string model);

    [LoggerMessage(83, LogLevel.Warning, "'{Path}' is left out: {Reason}")]
    public static partial void LeftOut(ILogger logger, string path, string reason);

    [LoggerMessage(84, LogLevel.Information, "Wrote {Rows} captions to '{Path}'")]
    public static partial void Written(ILogger logger, int rows, string path);

    [LoggerMessage(85, LogLevel.Information, "An earlier run was ended before its end: {Captions} of its caption(s) are kept")]
    public static partial void Resumed(ILogger logger, int captions);
}
