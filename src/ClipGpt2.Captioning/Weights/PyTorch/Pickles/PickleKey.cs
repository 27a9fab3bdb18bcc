using System.Numerics;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A value as a dictionary's key: equal where Python says so.</summary>
internal readonly struct PickleKey(object? value) : IEquatable<PickleKey>
{
    /// <summary>No key of a checkpoint has more parts; comparing tuples that hold the same tuple again and again would never end.</summary>
    private const int MostParts = 256;

    /// <summary>No key has more characters; hashing a long one again and again would take long.</summary>
    private const long LongestKey = 1 << 12;

    private readonly object? _value = Plain(value);

    /// <summary>Whether Python could hash the value, and it doesn't take long.</summary>
    public static bool IsPossible(object? value) => Cost(value) <= LongestKey;

    public bool Equals(PickleKey other) => AreEqual(_value, other._value);

    public override bool Equals(object? obj) => obj is PickleKey key && Equals(key);

    public override int GetHashCode() => HashOf(_value);

    /// <summary>What hashing a value takes, beyond all limits if it has no hash.</summary>
    private static long Cost(object? value) => value switch
    {
        PickleTuple tuple => tuple.Parts <= MostParts ? tuple.Items.Sum(Cost) : long.MaxValue,
        PickleList or PickleDictionary => int.MaxValue,
        string text => text.Length,
        ByteRegion bytes => Math.Min(bytes.Length, int.MaxValue),
        PickleConstant constant => constant.Text.Length,
        _ => 1,
    };

    /// <summary>Numbers that are equal in Python become the same: True, 1 and 1.0.</summary>
    private static object? Plain(object? value) => value switch
    {
        bool flag => flag ? 1L : 0L,
        BigInteger big when big >= long.MinValue && big <= long.MaxValue => (long)big,
        double number when Math.Abs(number) < 1L << 53 && Math.Floor(number) == number => (long)number,
        _ => value,
    };

    private static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (PickleTuple x, PickleTuple y) => x.Items.Length == y.Items.Length && x.Items.Zip(y.Items).All(pair => AreEqual(Plain(pair.First), Plain(pair.Second))),
        (MemoryRegion x, MemoryRegion y) => x.Span.SequenceEqual(y.Span),
        _ => Equals(a, b),
    };

    private static int HashOf(object? value) => value switch
    {
        PickleTuple tuple => tuple.Items.Aggregate(tuple.Items.Length, (hash, item) => HashCode.Combine(hash, HashOf(Plain(item)))),
        MemoryRegion bytes => HashOf(bytes.Span),
        long number => HashOf(number),
        double number => HashOf(BitConverter.DoubleToInt64Bits(number)),
        null => 0,
        _ => value.GetHashCode(),
    };

    /// <summary>Seeded, other than a number's own hash: a file can't choose numbers that meet in one place of the table.</summary>
    private static int HashOf(long number) => HashCode.Combine((int)(number >> 32), (int)number);

    private static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
