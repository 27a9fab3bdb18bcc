using System.Globalization;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>What a character is to the tokenizer.</summary>
internal enum CharKind : byte
{
    /// <summary>Not in the tokenizer's repertoire: it vanishes, and parts what stands on its two sides.</summary>
    Unknown,
    Blank,
    LineBreak,

    /// <summary>Letters of any script, their combining marks, and the soft hyphen, which is deleted afterwards.</summary>
    Letter,
    Digit,

    /// <summary>A character that the rules for punctuation look at.</summary>
    Punctuation,

    /// <summary>A token of its own.</summary>
    Symbol,
}

/// <summary>The kinds of all characters, in one table.</summary>
internal static class CharKinds
{
    private static readonly CharKind[] Table = Build();

    public static CharKind Of(char c) => Table[c];

    public static bool IsWordPart(char c) => Table[c] is CharKind.Letter or CharKind.Digit;

    private static CharKind[] Build()
    {
        var table = new CharKind[char.MaxValue + 1];
        for (var c = 0; c <= char.MaxValue; c++)
        {
            table[c] = Classify((char)c);
        }

        return table;
    }

    private static CharKind Classify(char c) => c switch
    {
        '\n' or '\r' or '\v' or '\f' or '\u2028' or '\u2029' => CharKind.LineBreak,
        '\u00AD' => CharKind.Letter,
        _ when PtbCharacters.IsLetterEntity(c) => CharKind.Letter,
        _ => ByCategory(c, CharUnicodeInfo.GetUnicodeCategory(c)),
    };

    private static CharKind ByCategory(char c, UnicodeCategory category) => category switch
    {
        UnicodeCategory.SpaceSeparator => CharKind.Blank,
        UnicodeCategory.Control => c == '\t' ? CharKind.Blank : CharKind.Unknown,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.SpacingCombiningMark => CharKind.Letter,
        UnicodeCategory.NonSpacingMark => c is >= '\uFE00' and <= '\uFE0F' ? CharKind.Unknown : CharKind.Letter,
        UnicodeCategory.DecimalDigitNumber => CharKind.Digit,
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LetterNumber
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.EnclosingMark => CharKind.Unknown,
        UnicodeCategory.CurrencySymbol => IsKnownCurrency(c) ? CharKind.Symbol : CharKind.Unknown,
        _ => IsPunctuation(c) ? CharKind.Punctuation : IsKnownSymbol(c) ? CharKind.Symbol : CharKind.Unknown,
    };

    private static bool IsKnownCurrency(char c) => c is '$' or '¢' or '£' or '¤' or '¥' or '฿' or '₠' or '₤' or '€' or '￠' or '￡' or '￥' or '￦';

    private static bool IsPunctuation(char c) => char.IsAscii(c)
        || c is '‐' or '‑' or '–' or '—' or '―' or '…' or '«' or '»' or '‘' or '’' or '“' or '”' or '‹' or '›';

    /// <summary>The blocks that the tokenizer has heard of; of the figure dash, arrows like emoji and the newer blocks it has not.</summary>
    private static bool IsKnownSymbol(char c) => c switch
    {
        '‒' => false,
        < '\u0250' => true,
        >= '\u2016' and <= '\u2064' => true,
        >= '\u2070' and <= '\u22FF' => true,
        >= '\u2460' and <= '\u27BF' => true,
        >= '\u3000' and <= '\u303F' => true,
        >= '\uFF00' and <= '\uFFEF' => true,
        _ => char.IsPunctuation(c),
    };
}
