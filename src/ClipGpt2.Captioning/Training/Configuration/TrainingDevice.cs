using ClipGpt2.Captioning.Runtime;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The device that <c>enable_GPU</c> stands for.</summary>
internal static class TrainingDevice
{
    /// <summary>The first GPU where one is asked for and there; otherwise the CPU, as the seed has it, but with a warning.</summary>
    public static string Of(TrainingConfiguration configuration, ILogger logger)
    {
        TorchRuntime.Load();
        var isGpu = configuration.TrainingConfig.EnableGpu && torch.cuda_is_available();
        var device = isGpu ? "cuda" : "cpu";
        if (configuration.TrainingConfig.EnableGpu && !isGpu)
        {
            TrainingSetupLog.NoGpu(logger);
        }

        TrainingSetupLog.DeviceSelected(logger, device);
        return device;
    }
}
