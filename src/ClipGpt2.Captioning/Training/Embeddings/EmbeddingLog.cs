using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Embeddings;

internal static partial class EmbeddingLog
{
    [LoggerMessage(20, LogLevel.Information, "The embedding store '{Folder}' is up to date: {Images} image(s)")]
    public static partial void UpToDate(ILogger logger, string folder, int images);

    [LoggerMessage(21, LogLevel.Information, "The embedding store '{Folder}' is built again: {Reason}")]
    public static partial void BuiltAgain(ILogger logger, string folder, string reason);

    [LoggerMessage(22, LogLevel.Information, "Embedding goes on: {Kept} of {Images} image(s) were done before")]
    public static partial void Resumed(ILogger logger, int kept, int images);

    [LoggerMessage(23, LogLevel.Information, "What '{File}' holds isn't used: {Reason}")]
    public static partial void JournalDiscarded(ILogger logger, string file, string reason);

    [LoggerMessage(24, LogLevel.Warning, "No embedding of '{Image}': {Reason}")]
    public static partial void ImageSkipped(ILogger logger, string image, string reason);

    [LoggerMessage(25, LogLevel.Information, "Wrote the embedding store '{Folder}': {Images} image(s) in {Seconds:F1} s")]
    public static partial void Written(ILogger logger, string folder, int images, double seconds);

    [LoggerMessage(26, LogLevel.Trace, "Chunk {Chunk}: encoding {Images} image(s)")]
    public static partial void BatchBegun(ILogger logger, int chunk, int images);

    [LoggerMessage(27, LogLevel.Trace, "Chunk {Chunk}: {Done} of {Images} image(s) encoded")]
    public static partial void BatchEnded(ILogger logger, int chunk, int done, int images);

    [LoggerMessage(28, LogLevel.Trace, "Chunk {Chunk}: {Rows} of {Images} row(s) written, the last one of '{Image}'")]
    public static partial void RowWritten(ILogger logger, int chunk, int rows, int images, string image);

    [LoggerMessage(30, LogLevel.Information, "Embedding {Images} image(s) as {Features}, {Each} each: the store will take {Total}")]
    public static partial void Size(ILogger logger, int images, string features, string each, string total);

    [LoggerMessage(29, LogLevel.Debug, "Chunk {Chunk}: complete on disk")]
    public static partial void ChunkWritten(ILogger logger, int chunk);
}
