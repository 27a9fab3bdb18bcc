namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>A bitmap's headers and palette.</summary>
internal readonly ref struct BmpHeader
{
    private const int FileHeaderSize = 14;
    private const int CoreHeaderSize = 12;
    private const int InfoHeaderSize = 40;
    private const int Raw = 0;
    private const int Runs8 = 1;
    private const int Runs4 = 2;
    private const int BitFields = 3;

    public int Width { get; private init; }

    public int Height { get; private init; }

    public bool FromTop { get; private init; }

    public int BitsPerPixel { get; private init; }

    public bool IsRunLength { get; private init; }

    /// <summary>Where the pixels begin.</summary>
    public long DataStart { get; private init; }

    /// <summary>The masks of red, green, blue and alpha, for 16 and 32 bits.</summary>
    public uint[] Masks { get; private init; }

    public ReadOnlySpan<byte> Palette { get; private init; }

    public int PaletteEntrySize { get; private init; }

    public PixelMode Mode { get; private init; }

    public static BmpHeader Read(ReadOnlySpan<byte> file)
    {
        var size = file.U32(FileHeaderSize);
        var info = file[FileHeaderSize..];
        var core = size == CoreHeaderSize;
        if (!core && size is not (InfoHeaderSize or 52 or 56 or 64 or 108 or 124))
        {
            throw new ImageDecodingException($"The BMP file has a header of {size} bytes; there is no such form.");
        }

        var height = core ? info.U16(6) : (long)info.I32(8);
        var bits = core ? info.U16(10) : info.U16(14);
        var compression = core ? Raw : info.U32(16);
        var runs = (compression == Runs8 && bits == 8) || (compression == Runs4 && bits == 4);
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || !(runs || compression == Raw || (compression == BitFields && bits > 8)))
        {
            throw new ImageDecodingException($"The BMP file has {bits} bits a pixel and compression {compression}; that form isn't read.");
        }

        var start = (long)file.U32(10);
        var palette = bits <= 8 ? PaletteOf(file, size, bits, core ? 0 : info.U32(32)) : [];
        var masks = bits is 16 or 32 ? MasksOf(file, size, bits, compression == BitFields) : [];
        var entrySize = core ? 3 : 4;
        return new BmpHeader
        {
            Width = EncodedBytes.Side(core ? info.U16(4) : info.I32(4), "width"),
            Height = EncodedBytes.Side(Math.Abs(height), "height"),
            FromTop = height < 0,
            BitsPerPixel = bits,
            IsRunLength = runs,
            // Some writers forget their palette when they say where the pixels begin.
            DataStart = start == FileHeaderSize + size ? start + palette.Length : start,
            Masks = masks,
            Palette = palette,
            PaletteEntrySize = entrySize,
            Mode = bits <= 8 ? CheckedPaletteMode(palette, entrySize, bits) : masks is [_, _, _, not 0] ? PixelMode.Rgba : PixelMode.Rgb,
        };
    }

    private static ReadOnlySpan<byte> PaletteOf(ReadOnlySpan<byte> file, uint headerSize, int bits, uint colors)
    {
        var count = colors == 0 ? 1L << bits : colors;
        if (count > 65536)
        {
            throw new ImageDecodingException($"The BMP file has a palette of {count} colours; at most 65536 are read.");
        }

        return file.Part(FileHeaderSize + headerSize, count * (headerSize == CoreHeaderSize ? 3 : 4));
    }

    /// <summary>A palette of more colours than an index has values is none, unless it is left out because all of it is grey.</summary>
    private static PixelMode CheckedPaletteMode(ReadOnlySpan<byte> palette, int entrySize, int bits) =>
        PaletteMode(palette, entrySize, bits) is var mode && mode == PixelMode.Palette && palette.Length / entrySize > ColorPalette.Colors
            ? throw new ImageDecodingException($"The BMP file has a palette of {palette.Length / entrySize} colours; there are at most {ColorPalette.Colors}.")
            : mode;

    private static PixelMode PaletteMode(ReadOnlySpan<byte> palette, int entrySize, int bits)
    {
        var colors = palette.Length / entrySize;
        if (colors == 2)
        {
            var blackAndWhite = !palette[..3].ContainsAnyExcept((byte)0) && !palette.Slice(entrySize, 3).ContainsAnyExcept((byte)255);
            return blackAndWhite && bits == 1 ? PixelMode.Bilevel : PixelMode.Palette;
        }

        return ColorPalette.IsGreyRamp(palette, entrySize) ? PixelMode.Grey : PixelMode.Palette;
    }

    /// <summary>The masks: given in the header, behind a header too short for them, or the usual ones.</summary>
    private static uint[] MasksOf(ReadOnlySpan<byte> file, uint headerSize, int bits, bool given)
    {
        if (!given)
        {
            return bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0];
        }

        const int At = FileHeaderSize + InfoHeaderSize;
        uint[] masks = [file.U32(At), file.U32(At + 4), file.U32(At + 8), headerSize >= 56 ? file.U32(At + 12) : 0];
        // Masks of nothing stand for the usual order with alpha.
        uint[] read = bits == 32 && masks is [0, 0, 0, 0] ? [0xFF0000, 0xFF00, 0xFF, 0xFF000000] : masks;
        var known = bits == 16
            ? read is [0xF800, 0x7E0, 0x1F, _] or [0x7C00, 0x3E0, 0x1F, _]
            : read.Take(3).All(IsByte) && (read[3] == 0 || IsByte(read[3]));
        return known
            ? bits == 16 ? [read[0], read[1], read[2], 0] : read
            : throw new ImageDecodingException($"The BMP file's masks {string.Join(", ", masks.Select(m => $"{m:X8}"))} aren't read; whole bytes, 5-6-5 and 5-5-5 bits are.");

        static bool IsByte(uint mask) => mask is 0xFF or 0xFF00 or 0xFF0000 or 0xFF000000;
    }
}
