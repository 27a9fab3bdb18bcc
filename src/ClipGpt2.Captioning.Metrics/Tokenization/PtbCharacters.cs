using System.Buffers;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Characters that the tokenizer takes for others, put right before it looks at the text.</summary>
/// <remarks>
/// Windows' code page 1252 has quotes, dashes, the ellipsis and the euro where Unicode has control characters. The backtick and the high reversed quote are
/// opening quotes. The thirty entities of A, E, I, O and U with acute, grave or diaeresis are letters and stay as they are written: while a text is parted,
/// a noncharacter stands for each.
/// </remarks>
internal static class PtbCharacters
{
    private const char FirstLetterEntity = '\uFDD0';
    private const char LastNoncharacter = '\uFDEF';

    /// <summary>A character that isn't in the tokenizer's repertoire.</summary>
    private const char Unknown = '\uE000';

    private static readonly string[] LetterEntities =
        [.. from letter in "aeiou" from mark in (string[])["acute", "grave", "uml"] select $"&{letter}{mark};"];

    private static readonly SearchValues<char> Replaced =
        SearchValues.Create([.. Enumerable.Range('\u0080', 0x20).Concat(Enumerable.Range('\uFDD0', 0x20)).Select(c => (char)c), '`', '‛', '&']);

    /// <summary>Puts a text's characters right.</summary>
    public static string Normalize(string text)
    {
        if (!text.AsSpan().ContainsAny(Replaced))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var entity = text[i] == '&' ? LetterEntityAt(text.AsSpan(i)) : -1;
            result.Append(entity >= 0 ? (char)(FirstLetterEntity + entity) : Of(text[i]));
            i += entity >= 0 ? LetterEntities[entity].Length - 1 : 0;
        }

        return result.ToString();
    }

    public static bool IsLetterEntity(char c) => c >= FirstLetterEntity && c < FirstLetterEntity + LetterEntities.Length;

    /// <summary>What a character of a normalised text is written as that stands for an entity.</summary>
    public static string LetterEntity(char c) => LetterEntities[c - FirstLetterEntity];

    private static char Of(char c) => c switch
    {
        '\u0080' => '€',
        '\u0085' => '…',
        '\u0091' or '‛' or '`' => '‘',
        '\u0092' => '’',
        '\u0093' => '“',
        '\u0094' => '”',
        '\u0096' => '–',
        '\u0097' => '—',
        >= FirstLetterEntity and <= LastNoncharacter => Unknown,
        _ => c,
    };

    private static int LetterEntityAt(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < LetterEntities.Length; i++)
        {
            if (text.StartsWith(LetterEntities[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
