namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>What a PNG's chunks say before its pixels begin, and the orientation, which may stand after them.</summary>
internal readonly ref struct PngChunks
{
    public const int HeaderSize = 8;
    private const int ChecksumSize = 4;

    private static readonly uint[] ChecksumTable = CreateChecksumTable();

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <summary>Bits a sample.</summary>
    public int Depth { get; private init; }

    public int ColorType { get; private init; }

    public bool Interlaced { get; private init; }

    public ReadOnlySpan<byte> Palette { get; private init; }

    public ReadOnlySpan<byte> Transparency { get; private init; }

    public ReadOnlySpan<byte> Exif { get; private init; }

    /// <summary>Whether further pictures follow, as further chunks.</summary>
    public bool IsAnimated { get; private init; }

    /// <summary>Where the first IDAT chunk begins.</summary>
    public int DataStart { get; private init; }

    public int Channels => ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public int BitsPerPixel => Channels * Depth;

    /// <summary>The mode that Pillow gives to the colour type and depth; 16 bits are kept for grey only.</summary>
    public PixelMode Mode => (Depth, ColorType) switch
    {
        (1, 0) => PixelMode.Bilevel,
        (2 or 4 or 8, 0) => PixelMode.Grey,
        (16, 0) => PixelMode.Grey16,
        (8 or 16, 2) => PixelMode.Rgb,
        (1 or 2 or 4 or 8, 3) => PixelMode.Palette,
        (8, 4) => PixelMode.GreyAlpha,
        (8 or 16, 6) or (16, 4) => PixelMode.Rgba,
        _ => throw new ImageDecodingException($"The PNG file's IHDR gives colour type {ColorType} with {Depth} bits; there is no such form."),
    };

    public static PngChunks Read(ReadOnlySpan<byte> file)
    {
        var result = default(PngChunks);
        for (var at = (long)Signature.Length; ;)
        {
            var type = file.Part(at + 4, 4);
            if (type.SequenceEqual("IDAT"u8))
            {
                return result.Width > 0
                    ? result with { DataStart = (int)at, Exif = result.Exif.IsEmpty ? ExifAfter(file, at) : result.Exif }
                    : throw new ImageDecodingException("The PNG file has no IHDR chunk before its pixels.");
            }

            var data = file.Part(at + HeaderSize, file.U32Big(at));
            CheckChecksum(file, at, data.Length);
            PngAncillary.Check(type, data, result);
            result = type switch
            {
                _ when type.SequenceEqual("IHDR"u8) => Header(data),
                _ when type.SequenceEqual("PLTE"u8) => result with { Palette = data },
                _ when type.SequenceEqual("tRNS"u8) => result with { Transparency = data },
                _ when type.SequenceEqual("eXIf"u8) => result with { Exif = data },
                _ when type.SequenceEqual("acTL"u8) => result with { IsAnimated = data.U32Big(0) is > 1 and <= int.MaxValue },
                _ when type.SequenceEqual("IEND"u8) => throw new ImageDecodingException("The PNG file has no pixels: there is no IDAT chunk."),
                _ => result,
            };
            at += HeaderSize + data.Length + ChecksumSize;
        }
    }

    /// <summary>The pixels' compressed bytes from a chunk on, as far as they are there; sets <paramref name="at"/> to the next chunk, or to the end.</summary>
    public static ReadOnlySpan<byte> NextData(ReadOnlySpan<byte> file, ref int at)
    {
        if (file.Length - at < HeaderSize || !file.Slice(at + 4, 4).SequenceEqual("IDAT"u8))
        {
            at = file.Length;
            return [];
        }

        var start = at + HeaderSize;
        var length = (int)Math.Min(file.U32Big(at), file.Length - start);
        at = (int)Math.Min((long)start + length + ChecksumSize, file.Length);
        return file.Slice(start, length);
    }

    /// <summary>CRC-32 of a chunk's type and data.</summary>
    public static uint Checksum(ReadOnlySpan<byte> chunk)
    {
        var checksum = uint.MaxValue;
        foreach (var value in chunk)
        {
            checksum = ChecksumTable[(byte)(checksum ^ value)] ^ (checksum >> 8);
        }

        return ~checksum;
    }

    private static PngChunks Header(ReadOnlySpan<byte> data)
    {
        if (data.U8(11) != 0)
        {
            throw new ImageDecodingException($"The PNG file's IHDR names filter method {data[11]}; only 0 exists.");
        }

        return new PngChunks
        {
            Width = EncodedBytes.Side(data.U32Big(0), "width"),
            Height = EncodedBytes.Side(data.U32Big(4), "height"),
            Depth = data.U8(8),
            ColorType = data.U8(9),
            Interlaced = data.U8(12) != 0,
        };
    }

    private static ReadOnlySpan<byte> ExifAfter(ReadOnlySpan<byte> file, long at)
    {
        while (at + HeaderSize <= file.Length)
        {
            var length = file.U32Big(at);
            if (file.Part(at + 4, 4).SequenceEqual("eXIf"u8) && at + HeaderSize + length <= file.Length)
            {
                return file.Part(at + HeaderSize, length);
            }

            at += HeaderSize + (long)length + ChecksumSize;
        }

        return [];
    }

    private static void CheckChecksum(ReadOnlySpan<byte> file, long at, int length)
    {
        if (Checksum(file.Part(at + 4, 4L + length)) != file.U32Big(at + HeaderSize + length))
        {
            var type = System.Text.Encoding.Latin1.GetString(file.Part(at + 4, 4));
            throw new ImageDecodingException($"The PNG file is damaged: the checksum of its {type} chunk is wrong.");
        }
    }

    private static uint[] CreateChecksumTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++)
            {
                table[i] = (table[i] & 1) != 0 ? 0xEDB88320 ^ (table[i] >> 1) : table[i] >> 1;
            }
        }

        return table;
    }
}
