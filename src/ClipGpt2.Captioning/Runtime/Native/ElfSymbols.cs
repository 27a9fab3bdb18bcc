using System.Buffers.Binary;
using System.Text;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>The names that a shared library (ELF, 64-bit, little-endian) defines, and those that it asks others for.</summary>
internal static class ElfSymbols
{
    private const uint DynamicSymbols = 11;          // SHT_DYNSYM
    private const uint SymbolVersions = 0x6fffffff;  // SHT_GNU_versym
    private const ushort Unversioned = 1;            // VER_NDX_GLOBAL, and VER_NDX_LOCAL below it
    private const int GlobalBinding = 1;             // STB_GLOBAL
    private const int FileHeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;

    /// <summary>The names that a library asks for without a version, which neither the system's libraries nor the given ones have: libtorch's have none.</summary>
    /// <exception cref="InvalidDataException">A file is no such library.</exception>
    public static IReadOnlyList<string> Missing(string library, IReadOnlyList<string> providers)
    {
        var wanted = Read(library).Where(symbol => symbol is { IsDefined: false, Binding: GlobalBinding, Version: <= Unversioned }).Select(symbol => symbol.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var provider in providers)
        {
            foreach (var symbol in Read(provider).Where(symbol => symbol.IsDefined))
            {
                wanted.Remove(symbol.Name);
            }
        }

        return [.. wanted.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<Symbol> Read(string path)
    {
        using var file = File.OpenHandle(path);
        var header = Bytes(file, 0, FileHeaderSize, path);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException($"{path} is not a 64-bit little-endian ELF library.");
        }

        var table = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        var sections = Enumerable.Range(0, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(60))).Select(i => Bytes(file, table + (i * SectionHeaderSize), SectionHeaderSize, path)).ToList();
        if (sections.Find(section => Type(section) == DynamicSymbols) is not { } described)
        {
            throw new InvalidDataException($"{path} has no symbols: it is not a shared library.");
        }

        var symbols = Content(described);
        var names = Content(sections[BinaryPrimitives.ReadInt32LittleEndian(described.AsSpan(40))]);
        var versions = sections.Find(section => Type(section) == SymbolVersions) is { } versioned ? Content(versioned) : [];
        for (var i = 1; i < symbols.Length / SymbolSize; i++)
        {
            var symbol = symbols.AsMemory(i * SymbolSize, SymbolSize);
            var name = names.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(symbol.Span));
            yield return new(
                Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]),
                BinaryPrimitives.ReadUInt16LittleEndian(symbol.Span[6..]) != 0,
                symbol.Span[4] >> 4,
                versions.Length == 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(versions.AsSpan(2 * i)) & 0x7fff);
        }

        byte[] Content(byte[] section) => Bytes(file, BinaryPrimitives.ReadInt64LittleEndian(section.AsSpan(24)), checked((int)BinaryPrimitives.ReadInt64LittleEndian(section.AsSpan(32))), path);
    }

    private static uint Type(byte[] section) => BinaryPrimitives.ReadUInt32LittleEndian(section.AsSpan(4));

    private static byte[] Bytes(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, int count, string path)
    {
        if (offset < 0 || count < 0 || offset + count > RandomAccess.GetLength(file))
        {
            throw new InvalidDataException($"{path} is shorter than it says: it is damaged.");
        }

        var bytes = new byte[count];
        for (int done = 0, read; done < count; done += read)
        {
            read = RandomAccess.Read(file, bytes.AsSpan(done), offset + done);
            if (read == 0)
            {
                throw new InvalidDataException($"{path} ended while it was read.");
            }
        }

        return bytes;
    }

    private readonly record struct Symbol(string Name, bool IsDefined, int Binding, int Version);
}
