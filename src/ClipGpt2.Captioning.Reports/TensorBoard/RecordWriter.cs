using System.Buffers.Binary;
using System.Numerics;

namespace ClipGpt2.Captioning.Reports.TensorBoard;

/// <summary>Writes records in TensorFlow's framing (TFRecord): length, checksum of the length, data, checksum of the data.</summary>
/// <remarks>A reader takes whole records alone, so a file whose last one is cut off is still a good file: it may be read while it grows.</remarks>
internal sealed class RecordWriter : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="CaptioningException">The file is there already, or can't be made.</exception>
    public RecordWriter(string path)
    {
        _file = Guard(path, () => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16));
        Path = path;
    }

    public string Path { get; }

    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        var record = new byte[12 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Checksum(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Checksum(data));
        Guard(Path, () =>
        {
            _file.Write(record);
            return _file;
        });
    }

    /// <summary>Hands what was written to the system, where readers see it.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Flush() => Guard(Path, () =>
    {
        _file.Flush();
        return _file;
    });

    public void Dispose() => _file.Dispose();

    /// <summary>CRC-32C (Castagnoli), turned and shifted as TensorFlow does it, so that a checksum of a checksum isn't a constant.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8u;
    }

    private static FileStream Guard(string path, Func<FileStream> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptioningException($"'{path}' can't be written: {e.Message}", e);
        }
    }
}
