using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a setup logs; the reference program's words where it has some.</summary>
internal static partial class TrainingSetupLog
{
    [LoggerMessage(41, LogLevel.Information, "Selected device: {Device}")]
    public static partial void DeviceSelected(ILogger logger, string device);

    [LoggerMessage(42, LogLevel.Information, "CLIP model initialized using {Model}")]
    public static partial void ClipLoaded(ILogger logger, string model);

    [LoggerMessage(43, LogLevel.Information, "GPT-2 model initialized using {Model}")]
    public static partial void Gpt2Loaded(ILogger logger, string model);

    [LoggerMessage(44, LogLevel.Debug, "Read {Training} captions to train on and {Validation} to validate on")]
    public static partial void DataRead(ILogger logger, int? training, int validation);
}
