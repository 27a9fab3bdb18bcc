namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The run-length codes of 8- and 4-bit bitmaps.</summary>
internal static class BmpRuns
{
    /// <summary>Decodes palette indices in the file's row order; what is skipped stays 0.</summary>
    /// <param name="data">The codes.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="nibbles">Whether a pixel takes 4 bits.</param>
    /// <param name="start">Where the codes begin in the file: literal runs end on even positions of the file, as Pillow has it.</param>
    public static byte[] Decode(ReadOnlySpan<byte> data, int width, int height, bool nibbles, long start)
    {
        // A code of two bytes gives 255 pixels at most; end-of-line and skip codes give a row or 255 of them.
        var pixels = new byte[width * height];
        var (x, written, at) = (0, 0L, 0L);
        while (written < pixels.Length)
        {
            if (at + 2 > data.Length)
            {
                throw new ImageDecodingException("The BMP file is cut short: not all of its pixels are there.");
            }

            var (count, value) = (data[(int)at], data[(int)at + 1]);
            at += 2;
            if (count > 0)
            {
                var run = Math.Max(0, Math.Min((int)count, width - x));
                for (var i = 0; i < run; i++)
                {
                    Put(pixels, ref written, nibbles ? (byte)(i % 2 == 0 ? value >> 4 : value & 15) : value);
                }

                x += run;
                continue;
            }

            switch (value)
            {
                case 0:
                    written = (written + width - 1) / width * width;
                    x = 0;
                    break;
                case 1:
                    throw new ImageDecodingException("The BMP file is damaged: its pixels end before the last row.");
                case 2:
                    // Pillow reads two bytes that it drops, and then the distances.
                    written += data.U8(at + 2) + ((long)data.U8(at + 3) * width);
                    x = (int)(written % width);
                    at += 4;
                    break;
                default:
                    var bytes = nibbles ? value / 2 : value;
                    foreach (var literal in data.Part(at, bytes))
                    {
                        if (nibbles)
                        {
                            Put(pixels, ref written, (byte)(literal >> 4));
                        }

                        Put(pixels, ref written, nibbles ? (byte)(literal & 15) : literal);
                    }

                    x += value;
                    at += bytes;
                    at += (start + at) % 2;
                    break;
            }
        }

        return pixels;
    }

    private static void Put(Span<byte> pixels, ref long written, byte value)
    {
        if (written < pixels.Length)
        {
            pixels[(int)written] = value;
        }

        written++;
    }
}
