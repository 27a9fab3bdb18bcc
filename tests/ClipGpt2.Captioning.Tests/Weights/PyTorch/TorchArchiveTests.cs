using System.Buffers.Binary;
using System.IO.Compression;
using ClipGpt2.Captioning.Weights;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Zip archives of <c>torch.save</c>, sound and lying.</summary>
public sealed class TorchArchiveTests
{
    private const uint EntrySignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;

    private static readonly byte[] Data = Pickled.BytesOf(1f, 2);
    private static readonly string Code = Tensor(Storage("FloatStorage", "0", 2), 0, [2], [1]) + ".";

    [Theory]
    [InlineData(CompressionLevel.NoCompression, "archive/")]
    [InlineData(CompressionLevel.Optimal, "archive/")]
    [InlineData(CompressionLevel.Optimal, "some.name.of.a.file/")]
    [InlineData(CompressionLevel.NoCompression, "")]
    public void Members_may_be_stored_or_deflated_in_whatever_folder(CompressionLevel level, string root)
    {
        var zip = Zip(level, (root + "data.pkl", Bytes(Code)), (root + "data/0", Data), (root + "version", Bytes("3\n")));
        Assert.Equal([1, 2], Pickled.Elements<float>(Pickled.Load(zip), 2));
    }

    [Fact]
    public void An_archive_may_end_with_a_comment()
    {
        var zip = TorchSaveArchive.Bytes(Code, ("data/0", Data));
        zip[^2] = 3;
        Assert.Equal([1, 2], Pickled.Elements<float>(Pickled.Load([.. zip, 1, 2, 3]), 2));
    }

    [Fact]
    public void The_records_of_archives_beyond_4_GB_are_read()
    {
        var zip = TorchSaveArchive.Bytes(Code, ("data/0", Data));
        var end = zip.Length - 22;
        var (length, offset) = (BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 12)), BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 16)));
        var large = Number(0x06064b50, 4) + Number(44, 8) + Number(0, 4) + Number(0, 8) + Number(2, 8) + Number(2, 8) + Number(length, 8) + Number(offset, 8);
        var locator = Number(0x07064b50, 4) + Number(0, 4) + Number((ulong)end, 8) + Number(1, 4);
        zip.AsSpan(end + 8, 12).Fill(0xff);
        Assert.Equal([1, 2], Pickled.Elements<float>(Pickled.Load([.. zip[..end], .. Bytes(large + locator), .. zip[end..]]), 2));

        // Without the large record the claims stand as they are.
        AssertBad(zip, "claims 4294967295 bytes");
    }

    [Theory]
    [InlineData(8, 2, "encrypted or packed")]
    [InlineData(10, 2, "encrypted or packed")]
    [InlineData(20, 4, "claim")]
    [InlineData(24, 4, "claims")]
    [InlineData(42, 4, "claims to begin beyond")]
    [InlineData(28, 2, "ends early")]
    [InlineData(0, 4, "doesn't consist of members")]
    public void A_directory_that_lies_is_refused(int field, int bytes, string said)
    {
        var zip = TorchSaveArchive.Bytes(Code, ("data/0", Data));
        var entry = Find(zip, EntrySignature);
        zip.AsSpan(entry + field, bytes).Fill(0xff);
        AssertBad(zip, said);
    }

    [Theory]
    [InlineData(10, 2, "ends early")]
    [InlineData(12, 4, "claims")]
    [InlineData(16, 4, "claims")]
    [InlineData(0, 4, "is missing")]
    public void An_end_that_lies_is_refused(int field, int bytes, string said)
    {
        var zip = TorchSaveArchive.Bytes(Code, ("data/0", Data));
        zip.AsSpan(Find(zip, EndSignature) + field, bytes).Fill(0xff);
        AssertBad(zip, said);
    }

    [Fact]
    public void Members_that_lie_over_one_another_are_refused()
    {
        var zip = TorchSaveArchive.Bytes(Code, ("data/0", new byte[400]), ("data/1", new byte[400]), ("data/2", new byte[4]));
        var last = zip.AsSpan().LastIndexOf(Bytes("PK\u0001\u0002"));
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(last + 20), (uint)zip.Length - 500);
        AssertBad(zip, "its members claim more than");
    }

    [Fact]
    public void Deflated_bytes_must_be_as_many_as_are_claimed()
    {
        var pickle = Bytes(new string('N', 5000) + ".");
        foreach (var (claim, said) in new[] { (pickle.Length - 1, "doesn't inflate"), (pickle.Length + 1, "doesn't inflate"), (100_000_000, "implausible size") })
        {
            var zip = Zip(CompressionLevel.Optimal, ("archive/data.pkl", pickle));
            BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(Find(zip, EntrySignature) + 24), claim);
            AssertBad(zip, said);
        }
    }

    [Fact]
    public void A_storage_needs_a_record_of_its_size()
    {
        AssertBad(TorchSaveArchive.Bytes(Code), "missing record");
        AssertBad(TorchSaveArchive.Bytes(Code, ("data/0", new byte[7])), "its record has 7");
        AssertBad(TorchSaveArchive.Bytes(Code, ("data/0", new byte[9])), "its record has 9");
        AssertBad(TorchSaveArchive.Bytes(Storage("FloatStorage", "0", -1) + "."), "negative size");
        AssertBad(TorchSaveArchive.Bytes(Storage("FloatStorage", "0", long.MaxValue) + "."), "too large");
        AssertBad(TorchSaveArchive.Bytes($"({Storage("FloatStorage", "0", 2)}{Storage("LongStorage", "0", 1)}t.", ("data/0", Data)), "before as");
    }

    [Fact]
    public void An_archive_needs_exactly_one_pickle()
    {
        AssertBad(Zip(CompressionLevel.NoCompression, ("a/readme.txt", Data)), "'data.pkl' is a missing record");
        AssertBad(Zip(CompressionLevel.NoCompression, ("a/data.pkl", Bytes("N.")), ("b/data.pkl", Bytes("N."))), "ambiguous");
        AssertBad(Zip(CompressionLevel.NoCompression, ("a/data.pkl", Bytes("N.")), ("a/data.pkl", Bytes("N."))), "duplicate member");
        AssertBad(Zip(CompressionLevel.NoCompression, ("a/data.pkl", Bytes("N.")), ("a/byteorder", Bytes("middle"))), "'little' or 'big'");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/evil")]
    [InlineData("a\\evil")]
    [InlineData("a/../../evil")]
    public void A_member_out_of_the_archive_is_refused(string name)
    {
        var error = Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(Zip(CompressionLevel.NoCompression, ("a/data.pkl", Bytes("N.")), (name, Data))));
        Assert.Contains("traversal", error.Message, StringComparison.Ordinal);
    }

    private static int Find(byte[] zip, uint signature) => zip.AsSpan().IndexOf(Bytes(Number(signature, 4)));

    private static void AssertBad(byte[] zip, string said)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => _ = Pickled.Load(zip));
        Assert.Contains(Pickled.File, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Zip(CompressionLevel level, params ReadOnlySpan<(string Name, byte[] Bytes)> members)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
