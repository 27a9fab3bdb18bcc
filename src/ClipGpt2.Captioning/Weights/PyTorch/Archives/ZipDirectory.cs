using System.Text;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>The members of a zip archive of <c>torch.save</c>.</summary>
/// <remarks>
/// A reader of its own, since members' bytes are mapped where they lie. Check sums aren't compared: PyTorch can be told to write wrong ones,
/// and reading them would mean reading every weight. Everything else that readers could understand in two ways is refused.
/// </remarks>
internal sealed class ZipDirectory
{
    private const uint EntrySignature = 0x02014b50;
    private const uint HeaderSignature = 0x04034b50;
    private const int HeaderLength = 30;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    /// <summary>A directory of a million members.</summary>
    private const ulong LongestDirectory = 1 << 26;

    /// <summary>Deflate can't make more than this of one byte.</summary>
    private const long MostInflation = 1032;

    private readonly Dictionary<string, ZipMember> _members = new(StringComparer.Ordinal);
    private readonly ByteRegion _region;
    private readonly string _file;

    private ZipDirectory(ByteRegion region, string file) => (_region, _file) = (region, file);

    public IReadOnlyDictionary<string, ZipMember> Members => _members;

    public static ZipDirectory Read(ByteRegion region, string file)
    {
        var directory = new ZipDirectory(region, file);
        try
        {
            directory.Read();
        }
        catch (EndOfStreamException e)
        {
            throw directory.Bad(e.Message);
        }

        return directory;
    }

    /// <summary>A member's bytes; deflated ones are inflated when they are read.</summary>
    public ByteRegion Open(ZipMember member)
    {
        if (member.IsEncrypted || member.Method is not (Stored or Deflated))
        {
            throw Bad($"the member '{member.Name}' is encrypted or packed in an unsupported way (method {member.Method}); stored and deflated members are read");
        }

        var begin = DataOffset(member);
        if (member.StoredLength > _region.Length - begin || (member.Method == Stored && member.StoredLength != member.Length))
        {
            throw Bad($"the member '{member.Name}' claims {member.StoredLength} bytes of a file of {_region.Length}");
        }

        var stored = _region.Slice(begin, member.StoredLength);
        if (member.Method == Stored)
        {
            return stored;
        }

        return member.Length / MostInflation <= member.StoredLength
            ? new InflatedRegion(stored, member.Length, $"'{_file}': the member '{member.Name}'")
            : throw Bad($"the member '{member.Name}' claims {member.Length} bytes, an implausible size for {member.StoredLength} deflated ones");
    }

    private void Read()
    {
        if (ZipEnd.Find(_region) is not { } end)
        {
            throw Bad("its end, which holds the directory, is missing");
        }

        if (end.Length > LongestDirectory || end.Offset > (ulong)_region.Length || end.Length > (ulong)_region.Length - end.Offset)
        {
            throw Bad($"its directory claims {end.Length} bytes at byte {end.Offset} of {_region.Length}");
        }

        var bytes = _region.Slice((long)end.Offset, (long)end.Length).ToArray();
        var fields = new ZipFields(bytes);
        long stored = 0;
        for (ulong i = 0; i < end.Count; i++)
        {
            var member = ReadEntry(ref fields);
            Add(member);

            // Members that lie over one another would make a large model of a small file.
            stored = member.StoredLength <= _region.Length - stored ? stored + member.StoredLength
                : throw Bad($"its members claim more than the {_region.Length} bytes of the file");
        }
    }

    private ZipMember ReadEntry(ref ZipFields fields)
    {
        if (fields.UInt32() != EntrySignature)
        {
            throw Bad("its directory doesn't consist of members");
        }

        fields.Take(4);
        var (flags, method) = (fields.UInt16(), fields.UInt16());
        fields.Take(8);
        ulong stored = fields.UInt32(), length = fields.UInt32();
        var (nameLength, extraLength, commentLength) = (fields.UInt16(), fields.UInt16(), fields.UInt16());
        fields.Take(8);
        ulong offset = fields.UInt32();
        var name = Encoding.UTF8.GetString(fields.Take(nameLength));
        ReadLargeSizes(fields.Take(extraLength), ref stored, ref length, ref offset);
        fields.Take(commentLength);
        return stored <= long.MaxValue && length <= long.MaxValue && offset <= long.MaxValue
            ? new ZipMember(name, flags, method, (long)stored, (long)length, (long)offset)
            : throw Bad($"the member '{PickleNames.Shown(name)}' claims a size beyond 63 bits");
    }

    /// <summary>Sizes that don't fit into 32 bits stand in a field of their own.</summary>
    private static void ReadLargeSizes(ReadOnlySpan<byte> extra, ref ulong stored, ref ulong length, ref ulong offset)
    {
        const ushort LargeSizes = 1;
        var fields = new ZipFields(extra);
        while (fields.Left >= 4)
        {
            var (kind, size) = (fields.UInt16(), fields.UInt16());
            var content = new ZipFields(fields.Take(size));
            if (kind == LargeSizes)
            {
                length = length == uint.MaxValue ? content.UInt64() : length;
                stored = stored == uint.MaxValue ? content.UInt64() : stored;
                offset = offset == uint.MaxValue ? content.UInt64() : offset;
            }
        }
    }

    private void Add(ZipMember member)
    {
        var shown = PickleNames.Shown(member.Name);
        if (member.Name.Contains('\\') || member.Name.Contains('\0') || member.Name.StartsWith('/') || member.Name.Split('/').Contains(".."))
        {
            throw new UnsafeCheckpointException($"'{_file}' has the member '{shown}': a path out of the archive (traversal) is refused.");
        }

        if (!_members.TryAdd(member.Name, member))
        {
            throw Bad($"it has a duplicate member, '{shown}', and readers disagree on which one counts");
        }
    }

    private long DataOffset(ZipMember member)
    {
        if (member.HeaderOffset > _region.Length - HeaderLength)
        {
            throw Bad($"the member '{member.Name}' claims to begin beyond the file's end");
        }

        var header = new byte[HeaderLength];
        _region.CopyTo(header, member.HeaderOffset);
        var fields = new ZipFields(header);
        if (fields.UInt32() != HeaderSignature)
        {
            throw Bad($"the member '{member.Name}' isn't where the directory says");
        }

        fields.Take(22);
        var begin = member.HeaderOffset + HeaderLength + fields.UInt16() + fields.UInt16();
        return begin <= _region.Length ? begin : throw Bad($"the member '{member.Name}' claims to begin beyond the file's end");
    }

    private CheckpointFormatException Bad(string problem) => new($"'{_file}' is a damaged or unsupported zip archive: {problem}.");
}
