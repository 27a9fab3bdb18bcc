using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>Questions about characters, answered by code point and independently of the host's culture settings.</summary>
/// <remarks>A half of a surrogate pair that stands alone counts as U+FFFD, the character that its UTF-8 form becomes.</remarks>
internal static class CodePoints
{
    private const char FirstNonAscii = '\x80';

    private static readonly CharacterClass[] AsciiClasses = [.. Enumerable.Range(0, FirstNonAscii).Select(c => Classify(new Rune(c)))];

    /// <summary>The class of the character at a position, and how many UTF-16 units it takes.</summary>
    public static CharacterClass ClassAt(ReadOnlySpan<char> text, int at, out int width)
    {
        var unit = text[at];
        if (unit < FirstNonAscii)
        {
            width = 1;
            return AsciiClasses[unit];
        }

        Rune.DecodeFromUtf16(text[at..], out var rune, out width);
        return Classify(rune);
    }

    /// <summary>The end of the run of characters of one class that begins at a position.</summary>
    public static int EndOfRun(ReadOnlySpan<char> text, int at, CharacterClass wanted)
    {
        while (at < text.Length && ClassAt(text, at, out var width) == wanted)
        {
            at += width;
        }

        return at;
    }

    /// <summary>Python's <c>str.isspace</c>: White_Space and the four separators U+001C to U+001F.</summary>
    public static bool IsPythonSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\x1c' and <= '\x1f';

    /// <summary>Python's <c>str.strip</c>.</summary>
    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text) => StripEnd(StripStart(text));

    /// <summary>Python's <c>str.lstrip</c>.</summary>
    public static ReadOnlySpan<char> StripStart(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsPythonSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>Python's <c>str.rstrip</c>.</summary>
    public static ReadOnlySpan<char> StripEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsPythonSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    private static CharacterClass Classify(Rune rune)
    {
        // All of White_Space is in the basic plane.
        if (rune.IsBmp && char.IsWhiteSpace((char)rune.Value))
        {
            return CharacterClass.Space;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => CharacterClass.Other,
        };
    }
}
