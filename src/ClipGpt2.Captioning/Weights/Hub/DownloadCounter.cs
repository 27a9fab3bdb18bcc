namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Adds up the bytes of a download of several files, and tells of them a few times a second.</summary>
/// <param name="progress">Is told; null for nobody.</param>
/// <param name="total">How many bytes all files have.</param>
internal sealed class DownloadCounter(IProgress<DownloadProgress>? progress, long total)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private RemoteFile? _file;
    private long _before;
    private TimeSpan _next;

    /// <summary>How many bytes came over the network.</summary>
    public long Received { get; private set; }

    /// <summary>A file's download begins.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">How many of its bytes are there.</param>
    public void Begin(RemoteFile file, long position)
    {
        _file = file;
        At(position);
    }

    /// <summary>Bytes came.</summary>
    public void Add(long position, int received)
    {
        Received += received;
        At(position);
    }

    /// <summary>The file's bytes are thrown away.</summary>
    public void Restart() => At(0);

    /// <summary>The file is there.</summary>
    public void End(RemoteFile file)
    {
        _before += file.Size;
        _file = null;
    }

    private void At(long position)
    {
        var elapsed = TimeProvider.System.GetElapsedTime(_start);
        if (_file is null || (elapsed < _next && position < _file.Size))
        {
            return;
        }

        _next = elapsed + Pause;
        progress?.Report(new DownloadProgress
        {
            File = _file.Name,
            Done = position,
            Total = _file.Size,
            AllDone = _before + position,
            AllTotal = total,
            Received = Received,
            Elapsed = elapsed,
        });
    }
}
