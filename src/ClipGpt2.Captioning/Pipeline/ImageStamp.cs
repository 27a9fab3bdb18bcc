using System.Security.Cryptography;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>What a picture's file was at a time: enough to tell later whether it still is that.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was last written; null where it isn't a file.</param>
/// <param name="Sha256">The hash of its content; null for a file that exceeds the limit on files.</param>
internal sealed record ImageStamp(long Bytes, DateTime? Modified, string? Sha256)
{
    /// <summary>Takes the stamp of a stream, which is then again where it stood.</summary>
    /// <param name="encoded">A stream that can seek.</param>
    /// <param name="maxBytes">The size from which on the content isn't hashed.</param>
    public static ImageStamp Of(Stream encoded, long maxBytes)
    {
        var start = encoded.Position;
        var bytes = encoded.Length - start;
        DateTime? modified = encoded is FileStream file ? File.GetLastWriteTimeUtc(file.SafeFileHandle) : null;
        if (bytes > maxBytes)
        {
            return new ImageStamp(bytes, modified, null);
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(encoded));
        encoded.Position = start;
        return new ImageStamp(bytes, modified, hash);
    }

    /// <summary>Whether a file still is what it was: by size and time, and by its content where the time alone differs.</summary>
    public bool Matches(string path) => Compare(path, file => file.LastWriteTimeUtc == Modified);

    /// <summary>Whether another file has the same content.</summary>
    public bool HasContentOf(string path) => Compare(path, _ => false);

    /// <summary>Whether a picture still is what it was; a stream that can be read once only can't tell.</summary>
    public bool Matches(ImageSource source)
    {
        if (source.FilePath is { } path)
        {
            return Matches(path);
        }

        using var content = source.Reopen?.Invoke();
        return content is not null && Of(content, long.MaxValue).Sha256 == Sha256;
    }

    private bool Compare(string path, Func<FileInfo, bool> isSurelySame)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length != Bytes)
            {
                return false;
            }

            if (isSurelySame(file))
            {
                return true;
            }

            using var content = file.OpenRead();
            return Of(content, long.MaxValue).Sha256 == Sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
