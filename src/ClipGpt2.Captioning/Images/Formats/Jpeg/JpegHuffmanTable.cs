namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>A canonical Huffman code: ITU T.81, annex C and F.2.2.3.</summary>
internal sealed class JpegHuffmanTable
{
    private const int MaxLength = 16;

    private const int FastBits = 9;

    private readonly byte[] _symbols;

    /// <summary>For each window of <see cref="FastBits"/> bits that begins with a short code, its length and, in the low byte, its symbol; else 0.</summary>
    private readonly ushort[] _fast = new ushort[1 << FastBits];

    /// <summary>For each length, one past the highest code of that length, moved to the left of 16 bits.</summary>
    private readonly int[] _ends = new int[MaxLength + 1];

    /// <summary>For each length, what to add to a code to find its symbol.</summary>
    private readonly int[] _offsets = new int[MaxLength + 1];

    /// <summary>Builds the code.</summary>
    /// <param name="counts">How many codes of the lengths 1 to 16 there are.</param>
    /// <param name="symbols">The symbols in the order of their codes.</param>
    public JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        var (code, used) = (0, 0);
        for (var length = 1; length <= MaxLength; length++)
        {
            _offsets[length] = used - code;
            code += counts[length - 1];
            used += counts[length - 1];
            if (code > 1 << length)
            {
                throw new ImageDecodingException("The JPEG file is damaged: one of its Huffman tables has too many codes.");
            }

            _ends[length] = code << (MaxLength - length);
            code <<= 1;
        }

        for (var window = 0; window < _fast.Length; window++)
        {
            _fast[window] = Find(window << (MaxLength - FastBits)) is var (length, symbol) && length <= FastBits ? (ushort)((length << 8) | symbol) : (ushort)0;
        }
    }

    public int Decode(ref JpegBitReader bits)
    {
        var window = bits.Peek(MaxLength);
        if (_fast[window >> (MaxLength - FastBits)] is not 0 and var fast)
        {
            bits.Skip(fast >> 8);
            return (byte)fast;
        }

        if (Find(window) is var (length, symbol))
        {
            bits.Skip(length);
            return symbol;
        }

        // As in libjpeg, which takes a code that is in no table for a zero, and has read one bit more by then.
        bits.Skip(MaxLength);
        bits.ReadBit();
        return 0;
    }

    /// <summary>The code that 16 bits begin with; null where they begin with none.</summary>
    private (int Length, byte Symbol)? Find(int window)
    {
        for (var length = 1; length <= MaxLength; length++)
        {
            if (window < _ends[length])
            {
                return (length, _symbols[(window >> (MaxLength - length)) + _offsets[length]]);
            }
        }

        return null;
    }
}
