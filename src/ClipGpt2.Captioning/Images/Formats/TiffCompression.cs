using System.IO.Compression;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The compressions of TIFF strips: none, LZW, Deflate and PackBits.</summary>
internal static unsafe class TiffCompression
{
    /// <summary>More than any of these compressions reaches: where a header claims more, no memory need be taken.</summary>
    public const int MaxRatio = 1 << MaxBits;

    private const int MaxBits = 12;
    private const int Clear = 256;
    private const int End = 257;

    /// <summary>Fills <paramref name="output"/> from a strip.</summary>
    public static void Decode(long compression, ReadOnlySpan<byte> data, Span<byte> output)
    {
        switch (compression)
        {
            case 1:
                data.Part(0, output.Length).CopyTo(output);
                break;
            case 5:
                Lzw(data, output);
                break;
            case 8 or 32946:
                Inflate(data, output);
                break;
            case 32773:
                PackBits(data, output);
                break;
            default:
                throw new ImageDecodingException($"The TIFF file's compression {compression} isn't read; none, LZW, Deflate and PackBits are.");
        }
    }

    private static void Inflate(ReadOnlySpan<byte> data, Span<byte> output)
    {
        fixed (byte* bytes = data)
        {
            using var stream = new ZLibStream(new UnmanagedMemoryStream(bytes, data.Length), CompressionMode.Decompress);
            if (stream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false) < output.Length)
            {
                throw CutShort();
            }
        }
    }

    private static void PackBits(ReadOnlySpan<byte> data, Span<byte> output)
    {
        while (!output.IsEmpty)
        {
            var count = (sbyte)data.U8(0);
            var (taken, given) = count >= 0 ? (count + 1, count + 1) : (count == -128 ? 0 : 1, count == -128 ? 0 : 1 - count);
            given = Math.Min(given, output.Length);
            if (count >= 0)
            {
                data.Part(1, taken)[..given].CopyTo(output);
            }
            else if (given > 0)
            {
                output[..given].Fill(data.U8(1));
            }

            data = data[(1 + taken)..];
            output = output[given..];
        }
    }

    /// <summary>LZW with the highest bit first, whose codes grow one step earlier than GIF's.</summary>
    private static void Lzw(ReadOnlySpan<byte> data, Span<byte> output)
    {
        // A string is a stretch of the output: where the one that defined it was written.
        Span<int> starts = stackalloc int[1 << MaxBits];
        Span<int> lengths = stackalloc int[1 << MaxBits];
        var (next, bits, written, previous, previousLength, position) = (End + 1, 9, 0, -1, 0, 0L);
        while (written < output.Length)
        {
            var code = Code(data, position, bits);
            position += bits;
            if (code == Clear)
            {
                (next, bits, previous) = (End + 1, 9, -1);
                continue;
            }

            if (code == End || code > next || (code >= next && previous < 0))
            {
                throw CutShort();
            }

            var start = written;
            if (code < Clear)
            {
                output[written++] = (byte)code;
            }
            else
            {
                // The newest string is the one before it and one value more, which is already being written.
                var (from, length) = code == next ? (previous, previousLength + 1) : (starts[code], lengths[code]);
                for (var i = 0; i < length && written < output.Length; i++)
                {
                    output[written++] = output[from + i];
                }
            }

            if (previous >= 0 && next < 1 << MaxBits)
            {
                (starts[next], lengths[next]) = (previous, previousLength + 1);
                next++;
            }

            bits = next switch { >= 2047 => 12, >= 1023 => 11, >= 511 => 10, _ => 9 };
            (previous, previousLength) = (start, written - start);
        }
    }

    private static int Code(ReadOnlySpan<byte> data, long position, int bits)
    {
        var at = position / 8;
        var window = (data.U8(at) << 16) | (data.U8(at + 1) << 8) | (at + 2 < data.Length ? data[(int)at + 2] : 0);
        return (window >> (24 - (int)(position % 8) - bits)) & ((1 << bits) - 1);
    }

    private static ImageDecodingException CutShort() => new("The TIFF file is damaged or cut short: its pixels can't be decompressed.");
}
