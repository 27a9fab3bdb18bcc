using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>METEOR's own normalisation of English text (<c>-norm</c>): a second tokenization, after that of the evaluation.</summary>
/// <remarks>
/// Parts marks from words and words at hyphens, unifies quotes and dashes, and writes <c>u.s.</c> as <c>us</c>. Its letters are five ranges of Latin and
/// Cyrillic; all else beyond ASCII is a mark: Romanian ș, Vietnamese, Greek, and control characters too, which are only trimmed from a line's ends.
/// Written from the golden data and the published rules of the WMT tokenizer, on which it is built.
/// </remarks>
internal sealed partial class MeteorNormalizer(IReadOnlySet<string> prefixes, IReadOnlySet<string> numericPrefixes)
{
    private const string Letters = @"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u017E\u0400-\u0527\u1D00-\u1D7F\uA640-\uA66E\uA67E-\uA697";

    /// <summary>Normalises a line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepPunctuation">Whether marks stay, as words of their own.</param>
    /// <returns>Words with single blanks between.</returns>
    public string Normalize(string text, bool keepPunctuation)
    {
        var line = Blanks().Replace($" {Trim(text)} ", " ");
        line = UnifyQuotes(line).Replace("--", "-", StringComparison.Ordinal).Replace("–", " - ", StringComparison.Ordinal);
        line = $" {Trim(Marks().Replace(line, " $0 "))} ";
        line = ManyPeriods().Replace(line, " $0 ");
        line = CommaBetweenOthers().Replace(line, "$1 , $2");
        line = CommaAfterDigit().Replace(line, "$1 , $2");
        line = CommaBeforeDigit().Replace(line, "$1 , $2");
        line = Hyphen().Replace(PartApostrophes(line), "$1 $2");
        line = PartPeriods(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return keepPunctuation ? line : string.Join(' ', NoWord().Replace(line, " ").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Whether a character parts words. The vertical tab doesn't.</summary>
    public static bool IsBlank(char c) => c is '\t' or '\n' or '\f' or '\r' || char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator;

    /// <summary>Whether a line loses a character at its ends: blanks and control characters of ASCII.</summary>
    public static bool IsTrimmed(char c) => c <= ' ';

    private static string Trim(string line)
    {
        var (start, end) = (0, line.Length);
        while (start < end && IsTrimmed(line[start]))
        {
            start++;
        }

        while (end > start && IsTrimmed(line[end - 1]))
        {
            end--;
        }

        return line[start..end];
    }

    private static string UnifyQuotes(string line) => line
        .Replace("``", "\"", StringComparison.Ordinal)
        .Replace("''", "\"", StringComparison.Ordinal)
        .Replace('`', '\'').Replace('‘', '\'').Replace('’', '\'')
        .Replace('“', '"').Replace('”', '"');

    private static string PartApostrophes(string line)
    {
        if (!line.Contains('\''))
        {
            return line;
        }

        line = ApostropheBetweenOthers().Replace(line, "$1 ' $2");
        line = ApostropheBeforeLetter().Replace(line, "$1 ' $2");
        line = ApostropheAfterLetter().Replace(line, "$1 ' $2");
        line = ApostropheBetweenLetters().Replace(line, "$1 '$2");
        return ApostropheAfterDigit().Replace(line, "$1 '$2");
    }

    /// <summary>Parts the period from the last word of a sentence, and takes it out of acronyms.</summary>
    private string PartPeriods(string[] words)
    {
        var line = new StringBuilder();
        for (var i = 0; i < words.Length; i++)
        {
            line.Append(i > 0 ? " " : "");
            var word = words[i];
            if (word.Length < 2 || word[^1] != '.' || word[^2] == '.')
            {
                line.Append(word);
                continue;
            }

            var before = word[..^1];
            var next = i + 1 < words.Length ? words[i + 1][0] : '\0';
            if (before.Contains('.') && before.Any(char.IsLetter))
            {
                line.Append(before.Replace(".", "", StringComparison.Ordinal));
            }
            else if (prefixes.Contains(before) || char.IsLower(next) || (numericPrefixes.Contains(before) && char.IsAsciiDigit(next)))
            {
                line.Append(word);
            }
            else
            {
                line.Append(before).Append(" .");
            }
        }

        return line.ToString();
    }

    [GeneratedRegex(@"[\t\n\f\r\p{Zs}]+")]
    private static partial Regex Blanks();

    /// <summary>All but letters, digits and the marks that have rules of their own; a surrogate pair is one.</summary>
    [GeneratedRegex(@"[\uD800-\uDBFF][\uDC00-\uDFFF]|[^" + Letters + @"0-9 \v.',-]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\.{2,}")]
    private static partial Regex ManyPeriods();

    [GeneratedRegex("([^0-9]),([^0-9])")]
    private static partial Regex CommaBetweenOthers();

    [GeneratedRegex("([0-9]),([^0-9])")]
    private static partial Regex CommaAfterDigit();

    [GeneratedRegex("([^0-9]),([0-9])")]
    private static partial Regex CommaBeforeDigit();

    [GeneratedRegex(@"([^" + Letters + "])'([^" + Letters + "])")]
    private static partial Regex ApostropheBetweenOthers();

    [GeneratedRegex(@"([^" + Letters + "0-9])'([" + Letters + "])")]
    private static partial Regex ApostropheBeforeLetter();

    [GeneratedRegex(@"([" + Letters + "])'([^" + Letters + "])")]
    private static partial Regex ApostropheAfterLetter();

    [GeneratedRegex(@"([" + Letters + "])'([" + Letters + "])")]
    private static partial Regex ApostropheBetweenLetters();

    [GeneratedRegex("([0-9])'(s)")]
    private static partial Regex ApostropheAfterDigit();

    [GeneratedRegex(@"([" + Letters + "0-9.])-([" + Letters + "0-9.])")]
    private static partial Regex Hyphen();

    [GeneratedRegex(@"[^" + Letters + "0-9 ]")]
    private static partial Regex NoWord();
}
