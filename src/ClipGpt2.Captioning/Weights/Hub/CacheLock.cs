using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Keeps other processes from a file: a second file, held open for oneself alone. Python's filelock sees the same lock.</summary>
/// <remarks>
/// The system lets go of it when its holder ends, however that comes about. The second file stays: removing it would let two hold two files of one name.
/// Locks are as open to other users as the cache is, and one that may only be read still can be held.
/// </remarks>
internal static class CacheLock
{
    private const UnixFileMode ToReadAndWrite =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode ToEnter = ToReadAndWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until nobody else has it.</summary>
    /// <param name="path">The lock's file, <c>CACHE/.locks/MODEL/NAME.lock</c>.</param>
    /// <param name="logger">Is told of a wait.</param>
    /// <param name="token">Ends the wait.</param>
    /// <returns>The lock; dispose it.</returns>
    /// <exception cref="CaptioningException">It can't be made.</exception>
    public static async Task<IDisposable> TakeAsync(string path, ILogger logger, CancellationToken token)
    {
        var folder = Path.GetDirectoryName(path)!;
        var all = Path.GetDirectoryName(folder)!;
        var cache = Path.GetDirectoryName(all)!;
        foreach (var missing in new[] { all, folder }.Where(f => !Directory.Exists(f)))
        {
            AtomicFile.MakeFolder(missing);
            Share(missing, cache, ToEnter);
        }

        for (var tries = 0; ; tries++)
        {
            try
            {
                return Open(path, cache);
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

    private static FileStream Open(string path, string cache)
    {
        try
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Share(path, cache, ToReadAndWrite);
            return held;
        }
        catch (UnauthorizedAccessException) when (File.Exists(path))
        {
            // Another user's: to read it is enough to hold it.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
    }

    /// <summary>Lets others do with what was made what they may do with the cache; the system's mask takes that away from all that is new.</summary>
    private static void Share(string made, string cache, UnixFileMode others)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            var mode = File.GetUnixFileMode(made);
            var wanted = mode | (File.GetUnixFileMode(cache) & others);
            if (wanted != mode)
            {
                File.SetUnixFileMode(made, wanted);
            }
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            // It is another user's, who says who may use it.
        }
    }

    /// <summary>Whether the file is held, by the system's number: EAGAIN of Linux and of macOS, the sharing and the lock violation of Windows.</summary>
    private static bool IsTaken(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
