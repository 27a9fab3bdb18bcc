namespace ClipGpt2.Captioning.Metrics.Rouge;

/// <summary>The length of the longest common subsequence of two lists of numbers.</summary>
/// <remarks>One column of the table of lengths is a row of bits, one for each element of the shorter list (Crochemore et al., 2001). Keeps room to work in.</remarks>
internal sealed class LongestCommonSubsequence
{
    private ulong[] _bits = [];

    public int Length(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        var rows = first.Length <= second.Length ? first : second;
        var columns = first.Length <= second.Length ? second : first;
        return rows.Length <= 64 ? Short(rows, columns) : Long(rows, columns);
    }

    private static int Short(ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        // A bit is zero where the length grows.
        var bits = ulong.MaxValue;
        foreach (var column in columns)
        {
            var matches = Matches(rows, column);
            var common = bits & matches;
            bits = (bits + common) | (bits & ~matches);
        }

        return rows.Length - System.Numerics.BitOperations.PopCount(rows.Length == 64 ? bits : bits & ((1UL << rows.Length) - 1));
    }

    private int Long(ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        var words = (rows.Length + 63) / 64;
        _bits = _bits.Length >= words ? _bits : new ulong[words];
        var bits = _bits.AsSpan(0, words);
        bits.Fill(ulong.MaxValue);
        foreach (var column in columns)
        {
            var carry = 0UL;
            for (var word = 0; word < words; word++)
            {
                var matches = Matches(rows.Slice(word * 64, Math.Min(64, rows.Length - (word * 64))), column);
                var old = bits[word];
                var sum = (UInt128)old + (old & matches) + carry;
                bits[word] = (ulong)sum | (old & ~matches);
                carry = (ulong)(sum >> 64);
            }
        }

        var zeros = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            zeros += (bits[row / 64] >> (row % 64) & 1) == 0 ? 1 : 0;
        }

        return zeros;
    }

    private static ulong Matches(ReadOnlySpan<int> rows, int column)
    {
        var matches = 0UL;
        for (var row = 0; row < rows.Length; row++)
        {
            matches |= rows[row] == column ? 1UL << row : 0;
        }

        return matches;
    }
}
