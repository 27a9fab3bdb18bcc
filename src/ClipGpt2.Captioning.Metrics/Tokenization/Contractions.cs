namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Words that the Treebank parts without a mark between: <c>can not</c>, <c>gon na</c>.</summary>
internal static class Contractions
{
    /// <summary>The length of the first part, 0 for a word that isn't parted.</summary>
    public static int LengthOfFirstPart(ReadOnlySpan<char> word) => word.Length switch
    {
        5 => Is(word, "gonna") || Is(word, "gotta") || Is(word, "lemme") || Is(word, "gimme") || Is(word, "wanna") ? 3 : 0,
        6 => Is(word, "cannot") ? 3 : 0,
        _ => 0,
    };

    private static bool Is(ReadOnlySpan<char> word, string parted) => word.Equals(parted, StringComparison.OrdinalIgnoreCase);
}
