using System.Buffers.Binary;
using Google.Protobuf;

namespace ClipGpt2.Captioning.Reports.Tests.TensorBoard;

/// <summary>Reads event files by the format's definition (TFRecord, event.proto, summary.proto, tensor.proto), without the code that writes them.</summary>
internal static class EventFile
{
    public static List<LoggedEvent> Read(string path) => [.. Records(File.ReadAllBytes(path)).Select(Parse)];

    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += 16 + length;
            yield return data;
        }
    }

    /// <summary>CRC-32C bit by bit, masked as TensorFlow's crc32c.h defines it.</summary>
    public static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1)));
            }
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    private static LoggedEvent Parse(byte[] record)
    {
        var fields = Fields(record);
        var summary = fields.TryGetValue(5, out var values) ? Fields((byte[])values[0]) : [];
        var session = fields.TryGetValue(7, out var status) ? Fields((byte[])status[0]) : [];
        return new(
            BitConverter.UInt64BitsToDouble((ulong)fields[1][0]),
            (long)(ulong)fields[2][0],
            fields.TryGetValue(3, out var version) ? Text(version[0]) : null,
            session.Count > 0 && (ulong)session[1][0] == 1,
            [.. summary.GetValueOrDefault(1, []).Select(v => Value((byte[])v))]);
    }

    private static LoggedValue Value(byte[] message)
    {
        var fields = Fields(message);
        if (fields.TryGetValue(2, out var scalar))
        {
            return new(Text(fields[1][0]), BitConverter.UInt32BitsToSingle((uint)scalar[0]), null);
        }

        var metadata = Fields((byte[])fields[9][0]);
        Assert.Equal("text", Text(Fields((byte[])metadata[1][0])[1][0]));
        Assert.Equal(2UL, metadata[4][0]);
        var tensor = Fields((byte[])fields[8][0]);
        Assert.Equal(7UL, tensor[1][0]);
        Assert.Equal(1UL, Fields((byte[])Fields((byte[])tensor[2][0])[2][0])[1][0]);
        return new(Text(fields[1][0]), null, Text(tensor[8][0]));
    }

    private static string Text(object bytes) => System.Text.Encoding.UTF8.GetString((byte[])bytes);

    private static Dictionary<int, List<object>> Fields(byte[] message)
    {
        var fields = new Dictionary<int, List<object>>();
        using var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var type => throw new InvalidDataException($"The message has a field of the type {type}."),
            };
            (fields.TryGetValue(WireFormat.GetTagFieldNumber(tag), out var values) ? values : fields[WireFormat.GetTagFieldNumber(tag)] = []).Add(value);
        }

        return fields;
    }
}

/// <summary>What a record of an event file says.</summary>
internal sealed record LoggedEvent(double Time, long Step, string? Version, bool IsStart, IReadOnlyList<LoggedValue> Values);

/// <summary>A figure or a text of a <see cref="LoggedEvent"/>.</summary>
internal sealed record LoggedValue(string Tag, float? Scalar, string? Markdown);
