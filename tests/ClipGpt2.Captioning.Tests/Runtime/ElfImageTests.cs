using System.Buffers.Binary;
using System.Text;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Native;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class ElfImageTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";

    [Fact]
    public void The_version_becomes_weak_and_its_one_symbol_another()
    {
        var image = Library([("printf", 2), (Symbol, 3), ("malloc", 2)]);
        ElfImage.Weaken(image, Version, Symbol, "getpid", "lib.so");
        Assert.Equal([0, 2], Flags(image));
        Assert.Equal(["printf", "getpid", "malloc"], Symbols(image));
        Assert.Equal([2, 1, 2], Indices(image));
    }

    [Fact]
    public void Another_symbol_of_the_version_is_refused_by_name()
    {
        var image = Library([("_ZNSt6thread", 3), (Symbol, 3)]);
        Assert.Contains("needs _ZNSt6thread", Refusal(image), StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_does_not_need_the_version_is_refused()
    {
        var refusal = Assert.Throws<NativeBackendException>(() => ElfImage.Weaken(Library([(Symbol, 3)]), "GLIBCXX_9", Symbol, "getpid", "lib.so"));
        Assert.Contains("lib.so does not need GLIBCXX_9", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_library_is_refused()
    {
        Assert.Contains("lib.so is not a 64-bit", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("lib.so is not a 64-bit", Refusal(new byte[200]), StringComparison.Ordinal);
        var narrow = Library([(Symbol, 3)]);
        narrow[4] = 1; // 32 bits
        Assert.Contains("lib.so is not a 64-bit", Refusal(narrow), StringComparison.Ordinal);
        var bare = Library([(Symbol, 3)]);
        BinaryPrimitives.WriteUInt16LittleEndian(bare.AsSpan(60), 1); // one section, the strings
        Assert.Contains("no section of type", Refusal(bare), StringComparison.Ordinal);
    }

    private static string Refusal(byte[] image) => Assert.Throws<NativeBackendException>(() => ElfImage.Weaken(image, Version, Symbol, "getpid", "lib.so")).Message;

    /// <summary>A library of one string table, symbols with a version index each, their indices, and two versions that one file must have.</summary>
    private static byte[] Library((string Name, ushort Version)[] symbols)
    {
        var names = new StringBuilder("\0");
        int Name(string text)
        {
            var at = names.Length;
            names.Append(text).Append('\0');
            return at;
        }

        var entries = new MemoryStream();
        var indices = new MemoryStream();
        foreach (var (name, version) in symbols)
        {
            entries.Write(BitConverter.GetBytes(Name(name)));
            entries.Write(new byte[20]);
            indices.Write(BitConverter.GetBytes(version));
        }

        var needs = new MemoryStream();
        Write16(needs, 1, 2);                                     // vn_version, vn_cnt
        Write32(needs, Name("libstdc++.so.6"), 16, 0);            // vn_file, vn_aux, vn_next
        Write32(needs, 0);                                        // vna_hash of the first
        Write16(needs, 0, 2);                                     // vna_flags, vna_other
        Write32(needs, Name("GLIBCXX_3.4"), 16, 0);               // vna_name, vna_next; vna_hash of the second
        Write16(needs, 0, 3);
        Write32(needs, Name(Version), 0);

        (uint Type, byte[] Content, int Link)[] sections =
        [
            (3, Encoding.ASCII.GetBytes(names.ToString()), 0), (11, entries.ToArray(), 0), (0x6fffffff, indices.ToArray(), 1), (0x6ffffffe, needs.ToArray(), 0),
        ];
        return Assemble(sections);
    }

    private static byte[] Assemble((uint Type, byte[] Content, int Link)[] sections)
    {
        var image = new MemoryStream();
        image.Write(new byte[64]);
        var headers = new MemoryStream();
        foreach (var (type, content, link) in sections)
        {
            Write32(headers, 0, (int)type);
            headers.Write(new byte[16]);
            headers.Write(BitConverter.GetBytes(image.Length));
            headers.Write(BitConverter.GetBytes((long)content.Length));
            Write32(headers, link);
            headers.Write(new byte[20]);
            image.Write(content);
        }

        var table = image.Length;
        image.Write(headers.ToArray());
        var bytes = image.ToArray();
        "\u007fELF\u0002\u0001"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), table);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(60), (ushort)sections.Length);
        return bytes;
    }

    private static ReadOnlySpan<byte> Section(byte[] image, int index)
    {
        var header = image.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(40)) + (index * 64));
        return image.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]), (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
    }

    private static int[] Flags(byte[] image) => [Section(image, 3)[20], Section(image, 3)[36]];

    private static int[] Indices(byte[] image) => [.. Section(image, 2).ToArray().Chunk(2).Select(pair => (int)BitConverter.ToUInt16(pair))];

    private static string[] Symbols(byte[] image) => [.. Section(image, 1).ToArray().Chunk(24).Select(entry =>
    {
        var text = Section(image, 0)[BitConverter.ToInt32(entry)..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    })];

    private static void Write16(MemoryStream stream, params ReadOnlySpan<ushort> values)
    {
        foreach (var value in values)
        {
            stream.Write(BitConverter.GetBytes(value));
        }
    }

    private static void Write32(MemoryStream stream, params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
        {
            stream.Write(BitConverter.GetBytes(value));
        }
    }
}
