using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Writes one record of a journal: length, content, SHA-256 of both.</summary>
internal sealed class RecordWriter
{
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public RecordWriter(FileStream file, int length)
    {
        _file = file;
        Write(length);
    }

    public void Write(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        Write(bytes);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _file.Write(bytes);
    }

    /// <summary>Ends the record and brings it to the disk.</summary>
    public void Finish()
    {
        _file.Write(_hash.GetHashAndReset());
        _hash.Dispose();
        _file.Flush(flushToDisk: true);
    }
}
