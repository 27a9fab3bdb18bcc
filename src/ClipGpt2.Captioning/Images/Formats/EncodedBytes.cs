using System.Buffers.Binary;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Reading from a file's bytes at positions that the file itself names, and that may lie anywhere.</summary>
internal static class EncodedBytes
{
    public static ReadOnlySpan<byte> Part(this ReadOnlySpan<byte> file, long at, long length)
    {
        if (at < 0 || length < 0 || at > file.Length || length > file.Length - at)
        {
            throw new ImageDecodingException($"The file is cut short or damaged: {length} bytes are missing at {at}, and it has {file.Length}.");
        }

        return file.Slice((int)at, (int)length);
    }

    public static byte U8(this ReadOnlySpan<byte> file, long at) => file.Part(at, 1)[0];

    public static ushort U16Big(this ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt16BigEndian(file.Part(at, 2));

    public static uint U32Big(this ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt32BigEndian(file.Part(at, 4));

    public static ushort U16(this ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt16LittleEndian(file.Part(at, 2));

    public static uint U32(this ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt32LittleEndian(file.Part(at, 4));

    public static int I32(this ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadInt32LittleEndian(file.Part(at, 4));

    /// <summary>A side as the header gives it, if it is one.</summary>
    public static int Side(long value, string name) => value is >= 1 and <= int.MaxValue
        ? (int)value
        : throw new ImageDecodingException($"The picture's {name} is {value}; it must be at least 1.");
}
