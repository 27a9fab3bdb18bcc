namespace ClipGpt2.Captioning.Reports.Runs;

/// <summary>Keeps other processes from changing a file: a second file beside it, held open for oneself alone.</summary>
/// <remarks>
/// The system lets go of it when its holder ends, however that comes about. The second file stays: removing it would let one process hold the removed
/// file and another the new one.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _held;

    private FileLock(FileStream held) => _held = held;

    /// <summary>Waits until nobody else has it.</summary>
    /// <param name="path">The file to protect.</param>
    /// <param name="patience">How long to wait.</param>
    /// <exception cref="CaptioningException">Another process has it for too long, or the file's folder can't be written to.</exception>
    public static FileLock Take(string path, TimeSpan patience)
    {
        var name = $"{path}.lock";
        for (var start = TimeProvider.System.GetTimestamp(); ; Thread.Sleep(Pause))
        {
            try
            {
                return new FileLock(new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(name) && TimeProvider.System.GetElapsedTime(start) < patience)
            {
                // Somebody has it: try again.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new CaptioningException($"'{path}' can't be changed, since '{name}' can't be held: {e.Message}", e);
            }
        }
    }

    public void Dispose() => _held.Dispose();
}
