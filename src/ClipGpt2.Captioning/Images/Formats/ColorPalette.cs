namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Palettes as <see cref="DecodedImage.Palette"/> holds them: 256 colours of R, G, B, A.</summary>
internal static class ColorPalette
{
    public const int Colors = 256;

    /// <summary>A palette from a file's entries. Indices beyond them are opaque greys, as in Pillow.</summary>
    /// <param name="entries">The file's bytes.</param>
    /// <param name="size">The bytes of an entry: 3, or 4 with one that means nothing.</param>
    /// <param name="blueFirst">Whether an entry is blue, green, red.</param>
    public static byte[] Create(ReadOnlySpan<byte> entries, int size = 3, bool blueFirst = false)
    {
        var palette = new byte[Colors * 4];
        for (var i = 0; i < Colors; i++)
        {
            var color = palette.AsSpan(4 * i, 4);
            color.Fill((byte)i);
            color[3] = 255;
            if ((i + 1) * size <= entries.Length)
            {
                var entry = entries.Slice(i * size, 3);
                (color[0], color[1], color[2]) = blueFirst ? (entry[2], entry[1], entry[0]) : (entry[0], entry[1], entry[2]);
            }
        }

        return palette;
    }

    /// <summary>Whether every entry is the grey of its own index, so that the indices are grey values themselves.</summary>
    public static bool IsGreyRamp(ReadOnlySpan<byte> entries, int size = 3)
    {
        for (var i = 0; i < entries.Length / size; i++)
        {
            if (entries.Slice(i * size, 3).ContainsAnyExcept((byte)i))
            {
                return false;
            }
        }

        return true;
    }
}
