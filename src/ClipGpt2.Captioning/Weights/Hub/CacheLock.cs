using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Keeps other processes from a file: a second file, held open for oneself alone. Python's filelock sees the same lock.</summary>
/// <remarks>The system lets go of it when its holder ends, however that comes about. The second file stays: removing it would let two hold two files of one name.</remarks>
internal static class CacheLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until nobody else has it.</summary>
    /// <returns>The lock; dispose it.</returns>
    /// <exception cref="CaptioningException">It can't be made.</exception>
    public static async Task<IDisposable> TakeAsync(string path, ILogger logger, CancellationToken token)
    {
        AtomicFile.MakeFolderOf(path);
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsTaken(e))
            {
                // Somebody has it.
            }
            catch (Exception e) when (InputFile.IsReading(e))
            {
                throw new CaptioningException($"'{path}' can't be locked: {e.Message}", e);
            }

            if (tries == 0)
            {
                HubLog.Waiting(logger, path);
            }

            await Task.Delay(Pause, token).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the file is held, by the system's number: EAGAIN of Linux and of macOS, the sharing and the lock violation of Windows.</summary>
    private static bool IsTaken(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
