namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The chunks beside a PNG's pixels: what they say doesn't count here, but where Pillow's <c>PngImagePlugin</c> refuses one, so do we.</summary>
internal static class PngAncillary
{
    private const int HeaderSize = 8;
    private const int ChecksumSize = 4;

    /// <summary>Checks one chunk.</summary>
    /// <exception cref="ImageDecodingException">It is too short, or compressed in a way that there isn't.</exception>
    public static void Check(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, PngChunks before)
    {
        var needed = ShortestOf(type, before);
        if (data.Length < needed || (type.SequenceEqual("cHRM"u8) && data.Length % 4 != 0))
        {
            throw new ImageDecodingException($"The PNG file is damaged: its {Name(type)} chunk is cut short; it has {data.Length} bytes.");
        }

        // A name that a zero ends, and then the number of a compression, of which there is one.
        if (type.SequenceEqual("zTXt"u8) && data.IndexOf((byte)0) + 1 is > 0 and var method && method < data.Length && data[method] != 0)
        {
            throw new ImageDecodingException($"The PNG file is damaged: its {Name(type)} chunk names compression {data[method]}; only 0 exists.");
        }
    }

    /// <summary>Checks the chunks that follow the pixels, up to the end or to an animation's next picture. Their check sums don't count.</summary>
    /// <exception cref="ImageDecodingException">One is too short, or the file ends within it.</exception>
    public static void CheckAfterPixels(ReadOnlySpan<byte> file, PngChunks png)
    {
        for (long at = png.DataStart; at + HeaderSize <= file.Length;)
        {
            var length = file.U32Big(at);
            var type = file.Part(at + 4, 4);
            var isPixels = type.SequenceEqual("IDAT"u8);
            if (!IsName(type) || type.SequenceEqual("IEND"u8) || (type.SequenceEqual("fcTL"u8) && png.IsAnimated))
            {
                return;
            }

            if (!isPixels)
            {
                Check(type, file.Part(at + HeaderSize, length), png);
            }

            at += HeaderSize + (long)length + ChecksumSize;
        }
    }

    /// <summary>How many bytes a chunk must have for its fields to be there.</summary>
    private static int ShortestOf(ReadOnlySpan<byte> type, PngChunks before) => type switch
    {
        _ when type.SequenceEqual("IHDR"u8) => 13,
        _ when type.SequenceEqual("pHYs"u8) => 9,
        _ when type.SequenceEqual("sRGB"u8) || type.SequenceEqual("iCCP"u8) => 1,
        _ when type.SequenceEqual("gAMA"u8) || type.SequenceEqual("fdAT"u8) => 4,
        _ when type.SequenceEqual("acTL"u8) => 8,
        _ when type.SequenceEqual("fcTL"u8) => 26,
        _ when type.SequenceEqual("tRNS"u8) && before.Width > 0 => before.ColorType switch { 0 => 2, 2 => 6, _ => 0 },
        _ => 0,
    };

    private static bool IsName(ReadOnlySpan<byte> type)
    {
        foreach (var letter in type)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter != '_')
            {
                return false;
            }
        }

        return true;
    }

    private static string Name(ReadOnlySpan<byte> type) => System.Text.Encoding.Latin1.GetString(type);
}
