using System.Buffers.Binary;
using System.IO.Compression;
using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.Tests.Images;

/// <summary>Picture files of forms that no encoder at hand writes, byte by byte.</summary>
internal static class Encoded
{
    /// <summary>A PNG of unfiltered rows (of an interlaced one, the rows of its passes), with further chunks before and after the pixels.</summary>
    public static byte[] Png(
        int width, int height, int depth, int colorType, byte[][] rows, byte[]? palette = null, byte[]? transparency = null, (string Type, byte[] Data)? before = null, (string Type, byte[] Data)? after = null,
        bool interlaced = false)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Chunk(file, "IHDR", [.. Big(width), .. Big(height), (byte)depth, (byte)colorType, 0, 0, (byte)(interlaced ? 1 : 0)]);
        if (palette is not null)
        {
            Chunk(file, "PLTE", palette);
        }

        if (transparency is not null)
        {
            Chunk(file, "tRNS", transparency);
        }

        if (before is { } first)
        {
            Chunk(file, first.Type, first.Data);
        }

        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                deflate.Write([0, .. row]);
            }
        }

        Chunk(file, "IDAT", data.ToArray());
        if (after is { } last)
        {
            Chunk(file, last.Type, last.Data);
        }

        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A bitmap with a 40-byte header; a negative height stands for rows from the top.</summary>
    public static byte[] Bmp(int width, int height, int bits, int compression, byte[] data, byte[]? palette = null, byte[]? masks = null)
    {
        var extra = (byte[])[.. masks ?? [], .. palette ?? []];
        var start = 54 + extra.Length;
        return
        [
            (byte)'B', (byte)'M', .. Little(start + data.Length), .. Little(0), .. Little(start),
            .. Little(40), .. Little(width), .. Little(height), 1, 0, (byte)bits, 0, .. Little(compression), .. Little(data.Length),
            .. Little(0), .. Little(0), .. Little((palette?.Length ?? 0) / 4), .. Little(0), .. extra, .. data,
        ];
    }

    /// <summary>A little-endian TIFF of one strip.</summary>
    public static byte[] Tiff(byte[] strip, params (int Tag, int Value)[] fields)
    {
        var all = fields.Append((273, 8)).Append((279, strip.Length)).OrderBy(f => f.Item1).ToArray();
        var directory = 8 + strip.Length;
        return
        [
            (byte)'I', (byte)'I', 42, 0, .. Little(directory), .. strip, (byte)all.Length, 0,
            .. all.SelectMany(f => (byte[])[(byte)f.Item1, (byte)(f.Item1 >> 8), 4, 0, .. Little(1), .. Little(f.Item2)]), .. Little(0),
        ];
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        file.Write([.. Big(data.Length), .. named, .. Big((int)PngChunks.Checksum(named))]);
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(int value) => BitConverter.GetBytes(value);
}
