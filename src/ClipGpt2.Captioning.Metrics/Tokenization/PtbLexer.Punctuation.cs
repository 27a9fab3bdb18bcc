namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Tokens that start with a mark.</content>
internal ref partial struct PtbLexer
{
    private const int LongestEllipsis = 5;

    private PtbToken ReadSymbol(int start) => Take(start, 1);

    private PtbToken ReadPunctuation(int start)
    {
        var faceEnd = SmileyEnd(start);
        if (faceEnd > 0)
        {
            return Take(start, faceEnd - start);
        }

        switch (_document[start])
        {
            case '.' or ',' or ':' when IsDigitAt(start + 1):
                return Take(start, FigureEnd(start) - start);
            case '+' when TelephoneEnd(start + 1) is > 0 and var telephone && IsDigitAt(start + 1):
                return Take(start, telephone - start);
            case '-' or '+' when SignedFigureEnd(start) is > 0 and var figure:
                return Take(start, figure - start);
            case '.' or '…':
                return ReadPeriods(start);
            case '?' or '!':
                return ReadMarks(start);
            case '-' or '–' or '—' or '―':
                return ReadDash(start);
            case '#' when TopicEnd(start) is > 0 and var topic:
                return Take(start, topic - start);
            case '@' when MentionEnd(start) is > 0 and var mention:
                return Take(start, mention - start);
            case '*' or '_' or '#' or '@':
                return Take(start, RunLength(start));
            case '\'' or '’':
                return ReadApostrophe(start);
            case '"':
                return ReadDoubleQuote(start, 1);
            case '«' or '»' or '‹' or '›' or '‘' or '“' or '”':
                return ReadTypographicQuotes(start);
            case '(' when TelephoneEnd(start) is > 0 and var telephone:
                return Take(start, telephone - start);
            case '<' when Math.Max(TagEnd(start), MailEnd(start + 1)) is > 0 and var end:
                return Take(start, end - start);
            case '<' or '>' when At(start + 1) == _document[start]:
                return Take(start, 2);
            case '&':
                return ReadAmpersand(start);
            case '\\' when At(start + 1) is '/' or '*':
                return Take(start, 2);
            default:
                return Take(start, 1);
        }
    }

    private readonly int SignedFigureEnd(int start) =>
        IsDigitAt(start + 1) || (At(start + 1) is '.' or ',' or ':' && IsDigitAt(start + 2)) ? FigureEnd(start + 1) : 0;

    /// <summary>Three to five periods, all with single blanks between or none, are an ellipsis; what is left is read anew.</summary>
    private PtbToken ReadPeriods(int start)
    {
        if (_document[start] != '.')
        {
            return Take(start, 1, PtbForm.Ellipsis);
        }

        var run = RunLength(start);
        if (run >= 3)
        {
            return Take(start, Math.Min(run, LongestEllipsis), PtbForm.Ellipsis);
        }

        var spaced = start + 1;
        var periods = 1;
        while (periods < LongestEllipsis && At(spaced) is ' ' or '\u00A0' && At(spaced + 1) == '.')
        {
            spaced += 2;
            periods++;
        }

        return periods >= 3 ? Take(start, spaced - start, PtbForm.Ellipsis) : Take(start, 1);
    }

    private PtbToken ReadMarks(int start)
    {
        var end = start + 1;
        while (At(end) is '?' or '!')
        {
            end++;
        }

        return Take(start, end - start);
    }

    private PtbToken ReadDash(int start)
    {
        if (_document[start] != '-')
        {
            return Take(start, 1, PtbForm.Dash);
        }

        var run = RunLength(start);
        return Take(start, run, run > 1 ? PtbForm.Dash : PtbForm.Plain);
    }

    /// <summary>Straight quotes tell their direction by what follows.</summary>
    private PtbToken ReadDoubleQuote(int start, int length)
    {
        var opens = char.IsAsciiLetterOrDigit(At(start + length)) || At(start + length) == '$';
        return Take(start, length, opens ? PtbForm.OpeningDoubleQuote : PtbForm.ClosingDoubleQuote);
    }

    /// <summary>Up to two typographic quotes in a row are one token.</summary>
    private PtbToken ReadTypographicQuotes(int start)
    {
        var second = At(start + 1);
        var two = second is '«' or '»' or '‹' or '›' or '‘' or '’' or '“' or '”';
        return Take(start, two ? 2 : 1, PtbForm.Quotes);
    }

    private PtbToken ReadAmpersand(int start)
    {
        if (Rest(start).StartsWith("&ndash;", StringComparison.Ordinal) || Rest(start).StartsWith("&mdash;", StringComparison.Ordinal))
        {
            return Take(start, "&ndash;".Length, PtbForm.Dash);
        }

        var entity = Entity.Match(Rest(start));
        return entity.Decoded == "\"" ? ReadDoubleQuote(start, entity.Length) : Take(start, Math.Max(1, entity.Length));
    }

    /// <summary>The end of a smiley, or 0.</summary>
    private readonly int SmileyEnd(int start)
    {
        var eyes = At(start) is '<' or '>' ? start + 1 : start;
        if (At(eyes) is ':' or ';' or '=')
        {
            var mouth = At(eyes + 1) is '-' or '\'' or 'o' or '*' ? eyes + 2 : eyes + 1;
            mouth = IsMouth(At(mouth)) ? mouth : eyes + 1;
            if (IsMouth(At(mouth)) && GoesOnWithoutLetter(mouth + 1))
            {
                return mouth + 1;
            }
        }

        var face = At(start) == '(' ? start + 1 : start;
        var isFace = IsEye(At(face)) && IsEye(At(face + 2)) && (At(face + 1) == '_' || (At(face + 1) == '.' && At(face) != '-'));
        return !isFace ? 0 : face == start ? face + 3 : At(face + 3) == ')' ? face + 4 : 0;
    }

    private static bool IsMouth(char c) => c is '(' or ')' or 'D' or 'P' or 'd' or 'p' or 'O' or '\\' or '{' or '@' or '|' or '[' or ']';

    private static bool IsEye(char c) => c is '^' or '=' or '~' or '<' or '>' or '-' or '\'';
}
