using System.Buffers.Binary;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>The record at a zip archive's end, which says where its directory is.</summary>
/// <param name="Offset">Where the directory begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Count">Its members.</param>
internal readonly record struct ZipEnd(ulong Offset, ulong Length, ulong Count)
{
    public const int RecordLength = 22;

    private const uint Signature = 0x06054b50;
    private const uint LargeSignature = 0x06064b50;
    private const uint LocatorSignature = 0x07064b50;
    private const int LocatorLength = 20;
    private const int LargeLength = 56;

    /// <summary>Whether a region ends as a zip archive without a comment does.</summary>
    public static bool IsAtEndOf(ByteRegion region)
    {
        Span<byte> record = stackalloc byte[sizeof(uint)];
        if (region.Length < RecordLength)
        {
            return false;
        }

        region.CopyTo(record, region.Length - RecordLength);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature;
    }

    /// <summary>Finds the record; null if there is none.</summary>
    public static ZipEnd? Find(ByteRegion region)
    {
        // A comment of up to 64 KB may follow the record.
        var tail = new byte[(int)Math.Min(region.Length, RecordLength + ushort.MaxValue)];
        region.CopyTo(tail, region.Length - tail.Length);
        Span<byte> sought = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(sought, Signature);
        for (var at = tail.AsSpan().LastIndexOf(sought); at >= 0; at = tail.AsSpan(0, at).LastIndexOf(sought))
        {
            if (at + RecordLength <= tail.Length)
            {
                return Parse(tail.AsSpan(at, RecordLength), region, region.Length - tail.Length + at);
            }
        }

        return null;
    }

    private static ZipEnd Parse(ReadOnlySpan<byte> record, ByteRegion region, long at)
    {
        var fields = new ZipFields(record[10..]);
        var (count, length, offset) = (fields.UInt16(), fields.UInt32(), fields.UInt32());
        var isLarge = count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue;
        return isLarge && FindLarge(region, at - LocatorLength) is { } large ? large : new ZipEnd(offset, length, count);
    }

    /// <summary>The record of archives of more than 4 GB or 65,535 members.</summary>
    private static ZipEnd? FindLarge(ByteRegion region, long locatorAt)
    {
        Span<byte> bytes = stackalloc byte[LargeLength];
        if (locatorAt < 0)
        {
            return null;
        }

        region.CopyTo(bytes[..LocatorLength], locatorAt);
        var locator = new ZipFields(bytes[..LocatorLength]);
        if (locator.UInt32() != LocatorSignature)
        {
            return null;
        }

        locator.UInt32();
        var at = locator.UInt64();
        if (region.Length < LargeLength || at > (ulong)(region.Length - LargeLength))
        {
            return null;
        }

        region.CopyTo(bytes, (long)at);
        var record = new ZipFields(bytes);
        if (record.UInt32() != LargeSignature)
        {
            return null;
        }

        record.Take(28);
        var (count, length, offset) = (record.UInt64(), record.UInt64(), record.UInt64());
        return new ZipEnd(offset, length, count);
    }
}
