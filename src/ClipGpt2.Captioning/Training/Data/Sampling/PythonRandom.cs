using System.Numerics;

namespace ClipGpt2.Captioning.Training.Data.Sampling;

/// <summary>The random numbers of Python's <c>random.Random(seed)</c> for integer seeds, number for number.</summary>
/// <remarks>
/// The Mersenne Twister MT19937 with the initialization by an array (Matsumoto and Nishimura 2002), which Python uses for small integers too. Not safe
/// for several threads.
/// </remarks>
internal sealed class PythonRandom
{
    private const int Size = 624;
    private const int Middle = 397;
    private const uint UpperBit = 0x80000000;
    private const uint Twist = 0x9908B0DF;

    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    /// <param name="seed">0 or more, of any size.</param>
    public PythonRandom(BigInteger seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        Initialize(Words(seed));
    }

    /// <summary>The random numbers of one epoch of a run.</summary>
    public static PythonRandom ForEpoch(long seed, int epoch) => new(((BigInteger)(ulong)seed << 32) | (uint)epoch);

    /// <summary>A number of 1 to 32 random bits.</summary>
    public uint Bits(int count) => Draw() >> (32 - count);

    /// <summary>A number of any count of random bits, drawn 32 at a time from the lowest on.</summary>
    public BigInteger LongBits(int count)
    {
        var value = BigInteger.Zero;
        for (var drawn = 0; drawn < count; drawn += 32)
        {
            value |= (BigInteger)Bits(Math.Min(32, count - drawn)) << drawn;
        }

        return value;
    }

    /// <summary>At least 0 and below 1, with 53 random bits.</summary>
    public double NextDouble() => (((ulong)(Draw() >> 5) << 26) + (Draw() >> 6)) * (1.0 / (1UL << 53));

    /// <summary>A number from 0 to below a limit: Python's <c>randrange(limit)</c>.</summary>
    /// <remarks>As many bits as the limit itself has are drawn until they are below it, so that a power of two throws half of the draws away.</remarks>
    public long Below(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)limit);
        long value;
        do
        {
            value = bits <= 32 ? Bits(bits) : (long)LongBits(bits);
        }
        while (value >= limit);
        return value;
    }

    /// <summary>Puts values into random order, from the last place down.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static uint[] Words(BigInteger seed)
    {
        var bytes = seed.ToByteArray(isUnsigned: true);
        var words = new uint[Math.Max(1, (bytes.Length + 3) / 4)];
        for (var i = 0; i < bytes.Length; i++)
        {
            words[i / 4] |= (uint)bytes[i] << (8 * (i % 4));
        }

        return words;
    }

    private void Initialize(uint[] key)
    {
        Initialize(19650218);
        var place = 1;
        for (var i = 0; i < Math.Max(Size, key.Length); i++)
        {
            var word = i % key.Length;
            _state[place] = (_state[place] ^ (Mixed(place - 1) * 1664525)) + key[word] + (uint)word;
            Advance(ref place);
        }

        for (var i = 0; i < Size - 1; i++)
        {
            _state[place] = (_state[place] ^ (Mixed(place - 1) * 1566083941)) - (uint)place;
            Advance(ref place);
        }

        _state[0] = UpperBit;
    }

    private void Initialize(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < Size; i++)
        {
            _state[i] = (Mixed(i - 1) * 1812433253) + (uint)i;
        }
    }

    private uint Mixed(int place) => _state[place] ^ (_state[place] >> 30);

    /// <summary>The place after this one; behind the last stands the first, which takes the last one's word.</summary>
    private void Advance(ref int place)
    {
        if (++place == Size)
        {
            _state[0] = _state[Size - 1];
            place = 1;
        }
    }

    private uint Draw()
    {
        if (_next == Size)
        {
            Generate();
        }

        var value = _state[_next++];
        value ^= value >> 11;
        value ^= (value << 7) & 0x9D2C5680;
        value ^= (value << 15) & 0xEFC60000;
        return value ^ (value >> 18);
    }

    private void Generate()
    {
        for (var i = 0; i < Size; i++)
        {
            var joined = (_state[i] & UpperBit) | (_state[(i + 1) % Size] & ~UpperBit);
            _state[i] = _state[(i + Middle) % Size] ^ (joined >> 1) ^ ((joined & 1) * Twist);
        }

        _next = 0;
    }
}
