using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The file to which a build appends what it has done, a chunk at a time, and from which it goes on after it was ended in whatever way.</summary>
/// <remarks>
/// A record is its length, its content and the SHA-256 of both. The first one holds the build's settings, each further one a chunk. What follows
/// the last whole record is cut off. A chunk that was done anew supersedes the earlier one. Not safe from several threads.
/// </remarks>
internal sealed class EmbeddingJournal : IBuiltChunks
{
    private const int LargestRecord = 1 << 30;

    private readonly Dictionary<int, long> _chunks = [];
    private readonly string _path;
    private readonly FileStream _file;
    private readonly ILogger _logger;

    private EmbeddingJournal(string path, FileStream file, ILogger logger) => (_path, _file, _logger) = (path, file, logger);

    /// <summary>Opens the journal, or begins a new one in the place of one with other settings.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public static EmbeddingJournal Open(string path, string settings, ILogger logger) => Guard(path, () =>
    {
        var journal = new EmbeddingJournal(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read), logger);
        try
        {
            journal.Begin(Encoding.UTF8.GetBytes(settings));
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    });

    /// <summary>The images of a chunk; null if it isn't there.</summary>
    public IReadOnlyList<EmbeddedImage>? Read(int chunk) => Guard(_path, () =>
    {
        if (!_chunks.TryGetValue(chunk, out var position))
        {
            return null;
        }

        _file.Position = position;
        return ReadRecord() is { } content ? Images(content) : null;
    });

    /// <summary>Adds a chunk; when this returns it is on the disk.</summary>
    public void Append(int chunk, IReadOnlyList<EmbeddedImage> images) => Guard(_path, () =>
    {
        var position = _file.Seek(0, SeekOrigin.End);
        var lines = images.Select(image => image.Record.ToJson()).ToList();
        var writer = new RecordWriter(_file, sizeof(int) + images.Zip(lines, (image, line) => (2 * sizeof(int)) + line.Length + image.Row.Length).Sum());
        writer.Write(chunk);
        for (var i = 0; i < images.Count; i++)
        {
            writer.Write(lines[i].Length);
            writer.Write(lines[i]);
            writer.Write(images[i].Row.Length);
            writer.Write(images[i].Row.Span);
            EmbeddingLog.RowWritten(_logger, chunk, i + 1, images.Count, images[i].Record.Name);
        }

        writer.Finish();
        _chunks[chunk] = position;
        EmbeddingLog.ChunkWritten(_logger, chunk);
        return true;
    });

    public void Dispose() => _file.Dispose();

    private void Begin(byte[] settings)
    {
        var found = ReadRecord();
        if (found is null || !found.AsSpan().SequenceEqual(settings))
        {
            if (_file.Length > 0)
            {
                EmbeddingLog.JournalDiscarded(_logger, _path, found is null ? "it is damaged" : "the encoder, the preprocessing or the options are others now");
            }

            _file.SetLength(0);
            var writer = new RecordWriter(_file, settings.Length);
            writer.Write(settings);
            writer.Finish();
            return;
        }

        var end = _file.Position;
        while (ReadRecord() is { Length: >= sizeof(int) } content)
        {
            _chunks[BinaryPrimitives.ReadInt32LittleEndian(content)] = end;
            end = _file.Position;
        }

        _file.SetLength(end);
    }

    /// <summary>The content of the record that begins here; null if it isn't whole.</summary>
    private byte[]? ReadRecord()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        if (_file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length
            || BinaryPrimitives.ReadInt32LittleEndian(length) is not (>= 0 and <= LargestRecord and var bytes)
            || bytes + SHA256.HashSizeInBytes > _file.Length - _file.Position)
        {
            return null;
        }

        var content = new byte[bytes];
        _file.ReadExactly(content);
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        _file.ReadExactly(stored);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(length);
        hash.AppendData(content);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(stored) ? content : null;
    }

    private static List<EmbeddedImage> Images(byte[] content)
    {
        var images = new List<EmbeddedImage>();
        for (var position = sizeof(int); position < content.Length;)
        {
            var line = Part(ref position);
            images.Add(new EmbeddedImage(ImageRecord.Parse(line.Span), Part(ref position)));
        }

        return images;

        ReadOnlyMemory<byte> Part(ref int position)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(position));
            var part = content.AsMemory(position + sizeof(int), length);
            position += sizeof(int) + length;
            return part;
        }
    }

    private static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or JsonException)
        {
            throw new CaptioningException($"'{path}', the journal of an embedding store's build, can't be written or read: {e.Message}", e);
        }
    }
}
