namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Writes tokens the way the Penn Treebank's files and the COCO evaluation have them: ASCII quotes, named brackets, lower case.</summary>
internal static class PtbRewriting
{
    /// <summary>The most characters that one character of the text can become.</summary>
    public const int LongestReplacement = 8;

    /// <summary>Writes a token and returns its length, 0 if nothing is left of it.</summary>
    /// <param name="text">The characters of the token.</param>
    /// <param name="form">How to write them.</param>
    /// <param name="output">Room for <see cref="LongestReplacement"/> times as many characters.</param>
    public static int Write(ReadOnlySpan<char> text, PtbForm form, Span<char> output) => form switch
    {
        PtbForm.Plain => WritePlain(text, output),
        PtbForm.Contraction => WriteContraction(text, output),
        PtbForm.OpeningDoubleQuote => Copy("``", output),
        PtbForm.ClosingDoubleQuote => Copy("''", output),
        PtbForm.OpeningSingleQuote => Copy("`", output),
        PtbForm.Dash => Copy("--", output),
        PtbForm.Ellipsis => Copy("...", output),
        _ => WriteQuotes(text, output),
    };

    private static int WritePlain(ReadOnlySpan<char> text, Span<char> output)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c))
            {
                output[length++] = (char)(char.IsAsciiLetterUpper(c) ? c | 0x20 : c);
            }
            else if (c == '&' && Entity.Match(text[i..]) is { Length: > 0, Decoded: { } decoded } entity)
            {
                length += Copy(decoded, output[length..]);
                i += entity.Length - 1;
            }
            else
            {
                length += Replacement(c) is { } replacement ? Copy(replacement, output[length..]) : WriteLower(text, i, output[length..]);
            }
        }

        return length;
    }

    /// <summary>What stands for a character, or null for the character itself in lower case.</summary>
    private static string? Replacement(char c) => c switch
    {
        '(' => "-lrb-",
        ')' => "-rrb-",
        '[' => "-lsb-",
        ']' => "-rsb-",
        '{' => "-lcb-",
        '}' => "-rcb-",
        ' ' or '\t' => "\u00A0", // blanks inside a token must not part it
        '\u00AD' => "",
        '‘' => "`",
        '£' => "#",
        '€' => "$",
        '¢' => "cents",
        '¼' => "1/4",
        '½' => "1/2",
        '¾' => "3/4",
        '⅓' => "1/3",
        '⅔' => "2/3",
        _ => PtbCharacters.IsLetterEntity(c) ? PtbCharacters.LetterEntity(c) : null,
    };

    private static int WriteContraction(ReadOnlySpan<char> text, Span<char> output)
    {
        var length = WritePlain(text, output);
        output[..length].Replace('’', '\'');
        return length;
    }

    private static int WriteLower(ReadOnlySpan<char> text, int index, Span<char> output)
    {
        var c = text[index];
        if (c == 'İ')
        {
            return Copy("i\u0307", output);
        }

        output[0] = c == 'Σ' && EndsWord(text, index) ? 'ς' : char.ToLowerInvariant(c);
        return 1;
    }

    private static bool EndsWord(ReadOnlySpan<char> text, int index) =>
        index > 0 && char.IsLetter(text[index - 1]) && (index + 1 == text.Length || !char.IsLetter(text[index + 1]));

    private static int WriteQuotes(ReadOnlySpan<char> text, Span<char> output)
    {
        var length = 0;
        foreach (var c in text)
        {
            length += Copy(c is '‘' or '‹' ? "`" : c is '’' or '›' ? "'" : c is '“' or '«' ? "``" : "''", output[length..]);
        }

        return length;
    }

    private static int Copy(string value, Span<char> output)
    {
        value.CopyTo(output);
        return value.Length;
    }
}
