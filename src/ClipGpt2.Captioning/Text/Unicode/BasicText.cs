using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>What BERT's basic tokenizer does to text before it cuts it into words.</summary>
/// <remarks>Source: <c>BasicTokenizer</c> of transformers' <c>tokenization_bert.py</c>.</remarks>
internal static class BasicText
{
    /// <summary>Drops control characters, makes white space spaces, sets ideographs apart if asked, and composes (NFC).</summary>
    public static string Clean(ReadOnlySpan<char> text, bool splitIdeographs)
    {
        var cleaned = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsWhiteSpace(rune))
            {
                cleaned.Append(' ');
            }
            else if (splitIdeographs && IsIdeograph(rune.Value))
            {
                cleaned.Append(' ').Append(rune).Append(' ');
            }
            else if (!IsDropped(rune))
            {
                cleaned.Append(rune);
            }
        }

        return CanonicalForm.Compose(cleaned.ToString());
    }

    /// <summary>Takes the accents off letters.</summary>
    public static string StripAccents(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var stripped = new StringBuilder(text.Length);
        foreach (var rune in CanonicalForm.Decompose(text).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                stripped.Append(rune);
            }
        }

        return stripped.ToString();
    }

    /// <summary>Punctuation, and all ASCII characters that are neither letters nor digits.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        : Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    private static bool IsWhiteSpace(Rune rune) => rune.Value is ' ' or '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    private static bool IsDropped(Rune rune) => rune.Value == 0xFFFD
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsIdeograph(int point) => point
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
