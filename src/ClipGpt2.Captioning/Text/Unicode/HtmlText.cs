using System.Buffers;
using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>Replaces HTML's character references by their characters, as Python's <c>html.unescape</c> does.</summary>
internal static class HtmlText
{
    private const int LongestName = 32;
    private const int LargestPoint = 0x10FFFF;

    private static readonly Lazy<Dictionary<string, string>> Names = new(() => DataTable.Rows("html-entities.txt")
        .ToDictionary(row => row[0], row => string.Concat(row[1..].Select(word => char.ConvertFromUtf32(DataTable.Hexadecimal(word)))), StringComparer.Ordinal));

    private static readonly SearchValues<char> EndsName = SearchValues.Create("\t\n\f <&#;");

    /// <summary>What the references 128 to 159 stand for: Windows-1252, whose five gaps stay controls.</summary>
    private const string Windows1252 =
        "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
        "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    public static string Unescape(string text)
    {
        if (!text.Contains('&', StringComparison.Ordinal))
        {
            return text;
        }

        var unescaped = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (rest.IndexOf('&') is >= 0 and var at)
        {
            unescaped.Append(rest[..at]);
            rest = rest[(at + 1)..];
            var length = rest.StartsWith("#") ? Number(rest, unescaped) : Name(rest, unescaped);
            if (length == 0)
            {
                unescaped.Append('&');
            }

            rest = rest[length..];
        }

        return unescaped.Append(rest).ToString();
    }

    /// <summary>Reads a number after <c>&amp;</c>, writes its character, and gives the length read; 0 if there is none.</summary>
    private static int Number(ReadOnlySpan<char> rest, StringBuilder unescaped)
    {
        var isHexadecimal = rest.Length > 1 && rest[1] is 'x' or 'X';
        var start = isHexadecimal ? 2 : 1;
        var (end, value) = (start, 0);
        while (end < rest.Length && (isHexadecimal ? char.IsAsciiHexDigit(rest[end]) : char.IsAsciiDigit(rest[end])))
        {
            // Beyond the largest character all numbers mean the same.
            value = Math.Min((value * (isHexadecimal ? 16 : 10)) + int.Parse(rest.Slice(end, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), LargestPoint + 1);
            end++;
        }

        if (end == start)
        {
            return 0;
        }

        Write(value, unescaped);
        return end < rest.Length && rest[end] == ';' ? end + 1 : end;
    }

    private static void Write(int value, StringBuilder unescaped)
    {
        if (value is >= 0x80 and <= 0x9F)
        {
            unescaped.Append(Windows1252[value - 0x80]);
        }
        else if (value == 0 || !Rune.IsValid(value))
        {
            unescaped.Append('\ufffd');
        }
        else if (!IsDropped(value))
        {
            unescaped.Append(new Rune(value));
        }
    }

    /// <summary>Controls and noncharacters.</summary>
    private static bool IsDropped(int value) =>
        value is (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE;

    /// <summary>Reads a name after <c>&amp;</c>, writes its characters, and gives the length read; 0 if none is known.</summary>
    private static int Name(ReadOnlySpan<char> rest, StringBuilder unescaped)
    {
        var found = rest.IndexOfAny(EndsName);
        var end = Math.Min(found < 0 ? rest.Length : found, LongestName);
        var names = Names.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        if (end < rest.Length && rest[end] == ';' && names.TryGetValue(rest[..(end + 1)], out var characters))
        {
            unescaped.Append(characters);
            return end + 1;
        }

        // The names that need no semicolon are found at the beginning of longer ones too.
        for (var length = end; length > 1; length--)
        {
            if (names.TryGetValue(rest[..length], out characters))
            {
                unescaped.Append(characters);
                return length;
            }
        }

        return 0;
    }
}
