using System.Buffers.Binary;
using System.Text;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>The part of the ELF format (64-bit, little-endian) that says which symbol versions a shared library needs.</summary>
internal static class ElfImage
{
    private const uint DynamicSymbols = 11;          // SHT_DYNSYM
    private const uint VersionNeeds = 0x6ffffffe;    // SHT_GNU_verneed
    private const uint SymbolVersions = 0x6fffffff;  // SHT_GNU_versym
    private const ushort Weak = 2;                   // VER_FLG_WEAK
    private const ushort Global = 1;                 // VER_NDX_GLOBAL
    private const int SymbolSize = 24;

    /// <summary>Makes one version requirement weak and points the one symbol that has it to another, unversioned symbol.</summary>
    /// <param name="image">The library's bytes, which are changed.</param>
    /// <param name="version">The version that the system lacks.</param>
    /// <param name="symbol">The only symbol that may need it.</param>
    /// <param name="substitute">What is bound in its place; not longer than <paramref name="symbol"/>.</param>
    /// <param name="path">The file, for messages.</param>
    public static void Weaken(Span<byte> image, string version, string symbol, string substitute, string path)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new NativeBackendException($"{path} is not a 64-bit little-endian ELF library.");
        }

        var needs = Section(image, VersionNeeds, path);
        var index = WeakenVersion(image, needs, version) ?? throw new NativeBackendException($"{path} does not need {version}, which was thought to keep it from loading.");

        var symbols = Section(image, DynamicSymbols, path);
        var versions = Section(image, SymbolVersions, path);
        var names = SectionAt(image, symbols.Link);
        for (var i = 0; i < symbols.Size / SymbolSize; i++)
        {
            var entry = image[(versions.Offset + (2 * i))..];
            if ((BinaryPrimitives.ReadUInt16LittleEndian(entry) & 0x7fff) != index)
            {
                continue;
            }

            var name = names.Offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(symbols.Offset + (i * SymbolSize))..]);
            if (Text(image, name) != symbol)
            {
                throw new NativeBackendException($"{path} needs {Text(image, name)} of {version}, which this system's C++ library lacks: install a newer one (GCC 13).");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(entry, Global);
            Encoding.ASCII.GetBytes(substitute + '\0', image[name..]);
        }
    }

    /// <summary>Sets the weak flag of a needed version and returns its index, or null if it isn't needed.</summary>
    private static int? WeakenVersion(Span<byte> image, SectionHeader needs, string version)
    {
        var names = SectionAt(image, needs.Link);
        for (int file = needs.Offset, nextFile = -1; nextFile != 0; file += nextFile)
        {
            nextFile = Int(image, file + 12);
            for (int entry = file + Int(image, file + 8), next = -1; next != 0; entry += next)
            {
                next = Int(image, entry + 12);
                if (Text(image, names.Offset + Int(image, entry + 8)) == version)
                {
                    var flags = image[(entry + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | Weak));
                    return BinaryPrimitives.ReadUInt16LittleEndian(image[(entry + 6)..]) & 0x7fff;
                }
            }
        }

        return null;
    }

    private static SectionHeader Section(ReadOnlySpan<byte> image, uint type, string path)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        for (var i = 0; i < count; i++)
        {
            var section = SectionAt(image, i);
            if (section.Type == type)
            {
                return section;
            }
        }

        throw new NativeBackendException($"{path} has no section of type {type:x}: it is not the library that TorchSharp ships.");
    }

    private static SectionHeader SectionAt(ReadOnlySpan<byte> image, int index)
    {
        var table = (int)BinaryPrimitives.ReadUInt64LittleEndian(image[40..]);
        var header = image[(table + (index * BinaryPrimitives.ReadUInt16LittleEndian(image[58..])))..];
        return new SectionHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            (int)BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
            (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
            (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]));
    }

    private static int Int(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadInt32LittleEndian(image[offset..]);

    private static string Text(ReadOnlySpan<byte> image, int offset)
    {
        var text = image[offset..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    private readonly record struct SectionHeader(uint Type, int Offset, int Size, int Link);
}
