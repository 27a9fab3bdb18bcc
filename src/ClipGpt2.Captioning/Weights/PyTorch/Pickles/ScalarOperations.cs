using System.Globalization;
using System.Numerics;
using System.Text;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The instructions that push a number, a text or bytes.</summary>
internal static class ScalarOperations
{
    /// <summary>Python's own limit for integers as text.</summary>
    private const int MostDigits = 4300;

    /// <summary>An integer of more bytes is no number of a checkpoint.</summary>
    private const int MostIntegerBytes = 1 << 12;

    public static readonly IReadOnlyDictionary<byte, PickleOperation> All = new Dictionary<byte, PickleOperation>
    {
        [(byte)'N'] = new("NONE", m => m.Push(null)),
        [0x88] = new("NEWTRUE", m => m.Push(true)),
        [0x89] = new("NEWFALSE", m => m.Push(false)),
        [(byte)'I'] = new("INT", m => m.Push(IntegerOrFlag(m.Reader))),
        [(byte)'J'] = new("BININT", m => m.Push((long)m.Reader.Int32())),
        [(byte)'K'] = new("BININT1", m => m.Push((long)m.Reader.Byte())),
        [(byte)'M'] = new("BININT2", m => m.Push((long)m.Reader.UInt16())),
        [(byte)'L'] = new("LONG", m => m.Push(DecimalInteger(m.Reader, m.Reader.TextLine().TrimEnd('L')))),
        [0x8a] = new("LONG1", m => m.Push(BinaryInteger(m.Reader, m.Reader.Byte()))),
        [0x8b] = new("LONG4", m => m.Push(BinaryInteger(m.Reader, m.Reader.Int32()))),
        [(byte)'F'] = new("FLOAT", m => m.Push(DecimalNumber(m.Reader))),
        [(byte)'G'] = new("BINFLOAT", m => m.Push(m.Reader.Double())),
        [(byte)'S'] = new("STRING", m => m.Push(QuotedText.Parse(m.Reader))),
        [(byte)'T'] = new("BINSTRING", m => m.Push(Encoding.Latin1.GetString(m.Reader.Bytes(Positive(m.Reader, m.Reader.Int32()))))),
        [(byte)'U'] = new("SHORT_BINSTRING", m => m.Push(Encoding.Latin1.GetString(m.Reader.Bytes(m.Reader.Byte())))),
        [(byte)'V'] = new("UNICODE", m => m.Push(EscapedText.Parse(m.Reader))),
        [(byte)'X'] = new("BINUNICODE", m => m.Push(m.Reader.Text(m.Reader.UInt32()))),
        [0x8c] = new("SHORT_BINUNICODE", m => m.Push(m.Reader.Text(m.Reader.Byte()))),
        [0x8d] = new("BINUNICODE8", m => m.Push(m.Reader.Text(m.Reader.UInt64()))),
        [(byte)'B'] = new("BINBYTES", m => m.Push(m.Reader.Region(m.Reader.UInt32()))),
        [(byte)'C'] = new("SHORT_BINBYTES", m => m.Push(m.Reader.Region(m.Reader.Byte()))),
        [0x8e] = new("BINBYTES8", m => m.Push(m.Reader.Region(m.Reader.UInt64()))),
        [0x96] = new("BYTEARRAY8", m => m.Push(m.Reader.Region(m.Reader.UInt64()))),
    };

    /// <summary>An integer as the narrowest type that values have: 64 bits, or as many as it needs.</summary>
    public static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    private static object IntegerOrFlag(PickleReader reader) => reader.TextLine() switch
    {
        "00" => false,
        "01" => true,
        var digits => DecimalInteger(reader, digits),
    };

    private static object DecimalInteger(PickleReader reader, string digits)
    {
        if (digits.Length > MostDigits)
        {
            throw reader.Damaged($"claims an integer of {digits.Length} digits, and up to {MostDigits} are read");
        }

        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrow(value)
            : throw reader.Damaged($"needs an integer, and has '{PickleNames.Shown(digits)}'");
    }

    private static object BinaryInteger(PickleReader reader, int length)
    {
        if (length > Math.Min(MostIntegerBytes, reader.Left))
        {
            throw reader.Damaged($"claims an integer of {length} bytes, and {reader.Left} are left (up to {MostIntegerBytes} are read)");
        }

        return Narrow(new BigInteger(reader.Bytes(Positive(reader, length))));
    }

    private static double DecimalNumber(PickleReader reader) => reader.TextLine() switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw reader.Damaged($"needs a number, and has '{PickleNames.Shown(text)}'"),
    };

    private static ulong Positive(PickleReader reader, int length) => length >= 0 ? (ulong)length : throw reader.Damaged("has a negative size");
}
