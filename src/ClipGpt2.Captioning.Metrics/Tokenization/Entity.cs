namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>An HTML entity at the start of a text.</summary>
/// <param name="Length">Its length with ampersand and semicolon, 0 if there is none.</param>
/// <param name="Decoded">What it stands for; null for one that stays as it is: numbers, and quotes that aren't in lower case.</param>
internal readonly record struct Entity(int Length, string? Decoded)
{
    private const int LongestNumber = 10;

    public static Entity Match(ReadOnlySpan<char> text)
    {
        foreach (var (name, decoded, alsoUpper) in Names)
        {
            if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return new Entity(name.Length, alsoUpper || text.StartsWith(name, StringComparison.Ordinal) ? decoded : null);
            }
        }

        return new Entity(NumberLength(text), null);
    }

    private static readonly (string Name, string Decoded, bool AlsoUpper)[] Names =
        [("&amp;", "&", true), ("&lt;", "<", true), ("&gt;", ">", true), ("&nbsp;", " ", true), ("&quot;", "\"", false), ("&apos;", "'", false)];

    private static int NumberLength(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("&#", StringComparison.Ordinal))
        {
            return 0;
        }

        var end = 2;
        while (end < text.Length && end < LongestNumber && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end > 2 && end < text.Length && text[end] == ';' ? end + 1 : 0;
    }
}
