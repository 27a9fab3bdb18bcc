using System.Diagnostics;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool;

/// <summary>The second Ctrl-C: the first one asks the command to end, and who doesn't want to wait for that ends the process.</summary>
/// <remarks>Files are whole at any moment, so that nothing is lost but what wasn't saved yet.</remarks>
internal static class Interruption
{
    public static IDisposable Watch()
    {
        var times = 0;
        return PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref times) == 1)
            {
                Messages.Hint("Ending cleanly; press Ctrl-C again to end at once.");
                return;
            }

            // Not Environment.Exit: native threads that compute would be torn down under their feet.
            using var process = Process.GetCurrentProcess();
            process.Kill();
        });
    }
}
