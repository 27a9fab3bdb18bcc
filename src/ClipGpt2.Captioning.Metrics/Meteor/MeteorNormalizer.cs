using System.Text;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>METEOR's own normalisation of English text (<c>-norm</c>): a second tokenization, after that of the evaluation.</summary>
/// <remarks>
/// Parts marks from words and words at hyphens, unifies quotes and dashes, and writes <c>u.s.</c> as <c>us</c>. Letters beyond Latin and Cyrillic are marks to it.
/// Written from the golden data and the published rules of the WMT tokenizer, on which it is built.
/// </remarks>
internal sealed partial class MeteorNormalizer(IReadOnlySet<string> prefixes, IReadOnlySet<string> numericPrefixes)
{
    private const string Letters = "A-Za-zÀ-ÖØ-öø-ɏЀ-ӿ";

    /// <summary>Normalises a line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepPunctuation">Whether marks stay, as words of their own.</param>
    /// <returns>Words with single blanks between.</returns>
    public string Normalize(string text, bool keepPunctuation)
    {
        var line = Blanks().Replace($" {text} ", " ");
        line = UnifyQuotes(line).Replace("--", "-", StringComparison.Ordinal).Replace("–", " - ", StringComparison.Ordinal);
        line = Marks().Replace(line, " $0 ");
        line = ManyPeriods().Replace(line, " $0 ");
        line = CommaBetweenOthers().Replace(line, "$1 , $2");
        line = CommaAfterDigit().Replace(line, "$1 , $2");
        line = CommaBeforeDigit().Replace(line, "$1 , $2");
        line = Hyphen().Replace(PartApostrophes(line), "$1 $2");
        line = PartPeriods(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return keepPunctuation ? line : string.Join(' ', NoWord().Replace(line, " ").Split(' ', StringSplitOptions.RemoveEmptyEntries));
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

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    /// <summary>All but letters, digits and the marks that have rules of their own; a surrogate pair is one.</summary>
    [GeneratedRegex(@"[\uD800-\uDBFF][\uDC00-\uDFFF]|[^" + Letters + @"0-9 .',-]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\.{2,}")]
    private static partial Regex ManyPeriods();

    [GeneratedRegex("([^0-9]),([^0-9])")]
    private static partial Regex CommaBetweenOthers();

    [GeneratedRegex("([0-9]),([^0-9])")]
    private static partial Regex CommaAfterDigit();

    [GeneratedRegex("([^0-9]),([0-9])")]
    private static partial Regex CommaBeforeDigit();

    [GeneratedRegex("([^" + Letters + "])'([^" + Letters + "])")]
    private static partial Regex ApostropheBetweenOthers();

    [GeneratedRegex("([^" + Letters + "0-9])'([" + Letters + "])")]
    private static partial Regex ApostropheBeforeLetter();

    [GeneratedRegex("([" + Letters + "])'([^" + Letters + "])")]
    private static partial Regex ApostropheAfterLetter();

    [GeneratedRegex("([" + Letters + "])'([" + Letters + "])")]
    private static partial Regex ApostropheBetweenLetters();

    [GeneratedRegex("([0-9])'(s)")]
    private static partial Regex ApostropheAfterDigit();

    [GeneratedRegex("([" + Letters + "0-9.])-([" + Letters + "0-9.])")]
    private static partial Regex Hyphen();

    [GeneratedRegex("[^" + Letters + "0-9 ]")]
    private static partial Regex NoWord();
}
