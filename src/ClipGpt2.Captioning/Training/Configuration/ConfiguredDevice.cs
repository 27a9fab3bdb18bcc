using ClipGpt2.Captioning.Runtime;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The device that <c>enable_GPU</c> stands for.</summary>
internal static partial class ConfiguredDevice
{
    /// <summary>The first GPU where one is asked for and there; otherwise the CPU, as the reference program has it, but with a warning.</summary>
    /// <param name="enableGpu">What the configuration says.</param>
    /// <param name="key">The path of the key that says it.</param>
    /// <param name="logger">Where to warn.</param>
    public static string Of(bool enableGpu, string key, ILogger logger)
    {
        TorchRuntime.Load();
        if (enableGpu && torch.cuda_is_available())
        {
            return "cuda";
        }

        if (enableGpu)
        {
            NoGpu(logger, key);
        }

        return "cpu";
    }

    [LoggerMessage(40, LogLevel.Warning, "{Key} is true, but no GPU can be used: running on the CPU")]
    private static partial void NoGpu(ILogger logger, string key);
}
