using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Runtime.Proofs;

internal static partial class KernelLog
{
    /// <summary>The event of a way that failed its proof and gave way to another.</summary>
    public const int GaveWayEvent = 91;

    /// <summary>Logs the choices that no logger of the process has been told yet.</summary>
    public static void Choices(ILogger logger)
    {
        foreach (var choice in KernelLedger.TakeUnlogged())
        {
            if (choice.IsFallback)
            {
                GaveWay(logger, choice.Layer, choice.Format, choice.Path, choice.Reason);
            }
            else
            {
                Chosen(logger, choice.Layer, choice.Format, choice.Path, choice.Reason);
            }
        }
    }

    [LoggerMessage(90, LogLevel.Information, "{Layer} in {Format} take {Path}: {Reason}")]
    private static partial void Chosen(ILogger logger, string layer, string format, string path, string reason);

    [LoggerMessage(GaveWayEvent, LogLevel.Warning, "{Layer} in {Format} take {Path}, since this machine computed wrong: {Reason}")]
    private static partial void GaveWay(ILogger logger, string layer, string format, string path, string reason);
}
