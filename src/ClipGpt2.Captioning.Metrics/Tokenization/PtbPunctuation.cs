using System.Collections.Frozen;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>The tokens that the evaluation removes.</summary>
internal static class PtbPunctuation
{
    private const int Longest = 5;

    private static readonly FrozenSet<string> Tokens = PtbTokenizer.Punctuation.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Tokens.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contains(ReadOnlySpan<char> token) => token.Length <= Longest && !char.IsAsciiLetterOrDigit(token[0]) && Lookup.Contains(token);
}
