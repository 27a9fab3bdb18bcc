using System.Buffers;
using System.Security.Cryptography;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>The beginning of a file, under a name of its own until the file is whole. Nobody else can write to it meanwhile.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly RemoteFile _file;
    private readonly FileStream _stream;
    private IncrementalHash? _hash;

    private PartialFile(string path, RemoteFile file, FileStream stream)
    {
        (_path, _file, _stream) = (path, file, stream);
        _hash = file.Hash?.Begin(file.Size);
    }

    /// <summary>How many bytes are there.</summary>
    public long Position { get; private set; }

    /// <summary>Whether all bytes came since it was opened or emptied, in one answer.</summary>
    public bool IsOfOneAnswer { get; private set; } = true;

    /// <summary>Opens what an earlier run left behind, or begins.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public static PartialFile Open(string path, RemoteFile file, CancellationToken token)
    {
        AtomicFile.MakeFolderOf(path);
        var stream = Guard(path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        var partial = new PartialFile(path, file, stream);
        try
        {
            Guard(path, () =>
            {
                partial.Recall(token);
                return true;
            });
            return partial;
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    /// <exception cref="CaptioningException">The disk is full, or fails.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw Unwritable(_path, e);
        }

        _hash?.AppendData(bytes);
        Position += bytes.Length;
    }

    /// <summary>The next bytes will be of another answer.</summary>
    public void BeginAnswer() => IsOfOneAnswer = Position == 0;

    /// <summary>Empties it.</summary>
    public void Restart()
    {
        Guard(_path, () =>
        {
            _stream.SetLength(0);
            return _stream.Seek(0, SeekOrigin.Begin);
        });
        _hash?.Dispose();
        _hash = _file.Hash?.Begin(_file.Size);
        Position = 0;
    }

    /// <summary>Brings it to the disk.</summary>
    /// <returns>What its content hashes to; null if the file has no hash to compare it with.</returns>
    public string? Complete()
    {
        Guard(_path, () =>
        {
            _stream.Flush(flushToDisk: true);
            return true;
        });
        return _hash is null ? null : Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash?.Dispose();
    }

    /// <summary>Takes in what is there already, where it can be told from the bytes of another version.</summary>
    private void Recall(CancellationToken token)
    {
        if (_stream.Length > _file.Size || !_file.CanResume)
        {
            _stream.SetLength(0);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (_hash is not null && _stream.Read(buffer) is > 0 and var read)
            {
                token.ThrowIfCancellationRequested();
                _hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Position = _stream.Seek(0, SeekOrigin.End);
        IsOfOneAnswer = Position == 0;
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw Unwritable(path, e);
        }
    }

    private static CaptioningException Unwritable(string path, Exception cause) =>
        new($"'{path}' can't be written: {cause.Message} What is there already is kept for the next run.", cause);
}
