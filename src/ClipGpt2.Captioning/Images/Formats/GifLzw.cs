namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>GIF's compression: LZW with codes of growing length, in blocks of up to 255 bytes.</summary>
internal static class GifLzw
{
    private const int MaxBits = 12;

    /// <summary>Fills <paramref name="output"/>, whose length is the number of pixels.</summary>
    /// <param name="data">The smallest code's length, then the blocks.</param>
    /// <param name="output">The indices in the order of the file.</param>
    public static void Decode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        var smallest = data.U8(0);
        if (smallest >= MaxBits)
        {
            throw Damaged();
        }

        var bits = new BitReader(data[1..]);
        var (clear, end) = (1 << smallest, (1 << smallest) + 1);
        Span<short> prefixes = stackalloc short[1 << MaxBits];
        Span<byte> suffixes = stackalloc byte[1 << MaxBits];
        Span<byte> reversed = stackalloc byte[(1 << MaxBits) + 1];
        var (next, length, previous, firstOfPrevious) = (clear + 2, smallest + 1, -1, (byte)0);
        for (var written = 0; written < output.Length;)
        {
            var code = bits.Read(length);
            if (code == clear)
            {
                (next, length, previous) = (clear + 2, smallest + 1, -1);
                continue;
            }

            if (code == end)
            {
                throw CutShort();
            }

            if (code > next || (previous < 0 && code > clear))
            {
                throw Damaged();
            }

            // A code that is only now being defined is the previous string with its own first value behind it.
            var count = 0;
            var at = code;
            if (code == next && previous >= 0)
            {
                reversed[count++] = firstOfPrevious;
                at = previous;
            }

            for (; at >= clear; at = prefixes[at])
            {
                if (count >= reversed.Length - 1)
                {
                    throw Damaged();
                }

                reversed[count++] = suffixes[at];
            }

            firstOfPrevious = (byte)at;
            reversed[count++] = firstOfPrevious;
            if (previous >= 0 && next < 1 << MaxBits)
            {
                (prefixes[next], suffixes[next]) = ((short)previous, firstOfPrevious);
                length += next == (1 << length) - 1 && length < MaxBits ? 1 : 0;
                next++;
            }

            previous = code;
            while (count > 0 && written < output.Length)
            {
                output[written++] = reversed[--count];
            }
        }
    }

    private static ImageDecodingException Damaged() => new("The GIF file is damaged: its pixels can't be decompressed.");

    private static ImageDecodingException CutShort() => new("The GIF file is cut short: not all of its pixels are there.");

    /// <summary>Codes across the borders of blocks, lowest bit first.</summary>
    private ref struct BitReader(ReadOnlySpan<byte> blocks)
    {
        private ReadOnlySpan<byte> _blocks = blocks;
        private ReadOnlySpan<byte> _block;
        private int _bits;
        private int _count;

        public int Read(int length)
        {
            while (_count < length)
            {
                _bits |= NextByte() << _count;
                _count += 8;
            }

            var code = _bits & ((1 << length) - 1);
            _bits >>= length;
            _count -= length;
            return code;
        }

        private byte NextByte()
        {
            if (_block.IsEmpty)
            {
                if (_blocks.IsEmpty || _blocks[0] == 0 || _blocks.Length <= _blocks[0])
                {
                    throw CutShort();
                }

                _block = _blocks.Slice(1, _blocks[0]);
                _blocks = _blocks[(1 + _block.Length)..];
            }

            var value = _block[0];
            _block = _block[1..];
            return value;
        }
    }
}
