using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>Lower case by Unicode's full mapping, whatever the host's culture.</summary>
internal static class LetterCase
{
    private const int CapitalSigma = 0x3A3;
    private const char SmallSigma = '\u03c3';
    private const char FinalSigma = '\u03c2';
    private const int DottedCapitalI = 0x130;

    /// <summary>Lowers every character by itself, as Rust's <c>char::to_lowercase</c>.</summary>
    public static string LowerEach(string text) => Lower(text, sigmaByPlace: false);

    /// <summary>Lowers as Python's <c>str.lower</c>: a capital sigma at a word's end becomes the final one.</summary>
    public static string Lower(string text) => Lower(text, sigmaByPlace: true);

    private static string Lower(string text, bool sigmaByPlace)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var lowered = new StringBuilder(text.Length + 2);
        Span<char> units = stackalloc char[2];
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == DottedCapitalI)
            {
                // The only character whose lower case is two.
                lowered.Append("i\u0307");
            }
            else if (sigmaByPlace && rune.Value == CapitalSigma)
            {
                lowered.Append(EndsWord(text, at) ? FinalSigma : SmallSigma);
            }
            else
            {
                lowered.Append(units[..Rune.ToLowerInvariant(rune).EncodeToUtf16(units)]);
            }

            at += rune.Utf16SequenceLength;
        }

        return lowered.ToString();
    }

    /// <summary>Unicode's Final_Sigma: a cased letter stands before and none after, characters that case ignores left aside.</summary>
    private static bool EndsWord(string text, int at)
    {
        var before = at;
        Rune rune;
        do
        {
            if (Rune.DecodeLastFromUtf16(text.AsSpan(0, before), out rune, out var width) == System.Buffers.OperationStatus.NeedMoreData)
            {
                return false;
            }

            before -= width;
        }
        while (IsIgnored(rune));

        if (!IsCased(rune))
        {
            return false;
        }

        for (var after = at + 1; after < text.Length; after += rune.Utf16SequenceLength)
        {
            Rune.DecodeFromUtf16(text.AsSpan(after), out rune, out _);
            if (!IsIgnored(rune))
            {
                return !IsCased(rune);
            }
        }

        return true;
    }

    /// <summary>Case_Ignorable: marks, format characters, modifiers, and the punctuation inside words.</summary>
    private static bool IsIgnored(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || (rune.IsBmp && "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a".Contains((char)rune.Value, StringComparison.Ordinal));

    /// <summary>Cased: letters with a case, and the letter-like numbers and symbols that have one.</summary>
    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
