namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Figures, fractions and telephone numbers.</content>
internal ref partial struct PtbLexer
{
    private readonly bool IsDigitAt(int index) => index < _end && CharKinds.Of(_document[index]) == CharKind.Digit;

    /// <summary>The end of a number, fraction or telephone number, or 0.</summary>
    private readonly int NumberEnd(int start) =>
        IsDigitAt(start) ? Math.Max(Math.Max(FigureEnd(start), MixedFractionEnd(start)), TelephoneEnd(start)) : 0;

    /// <summary>Digits joined by periods, commas or colons, with which it may start: <c>1,000.50</c>, <c>5:30</c>, <c>.5</c>.</summary>
    private readonly int FigureEnd(int start)
    {
        var end = DigitsEnd(start);
        while (At(end) is '.' or ',' or ':' && IsDigitAt(end + 1))
        {
            end = DigitsEnd(end + 1);
        }

        return end > start ? end : 0;
    }

    private readonly int DigitsEnd(int start)
    {
        var end = start;
        while (IsDigitAt(end))
        {
            end++;
        }

        return end;
    }

    /// <summary>A whole number and a fraction are one token, with a blank inside: <c>1 1/2</c>.</summary>
    private readonly int MixedFractionEnd(int start)
    {
        var whole = DigitsEnd(start);
        return whole - start <= 4 && At(whole) is ' ' or '-' or '\u00A0' ? FractionEnd(whole + 1) : FractionEnd(start);
    }

    private readonly int FractionEnd(int start)
    {
        var above = DigitsEnd(start);
        var slash = At(above) == '\\' ? above + 1 : above;
        if (above == start || above - start > 4 || At(slash) is not ('/' or '\u2044'))
        {
            return 0;
        }

        var below = DigitsEnd(slash + 1);
        return below > slash + 1 && below - slash <= 5 ? below : 0;
    }

    /// <summary>Groups of digits of a telephone number, parted by blanks, hyphens or periods; the area code may stand in parentheses.</summary>
    private readonly int TelephoneEnd(int start)
    {
        if (At(start) == '(')
        {
            var close = Group(start + 1, 2, 3);
            return close > 0 && At(close) == ')' ? LocalNumberEnd(At(close + 1) == ' ' ? close + 2 : close + 1) : 0;
        }

        var (first, firstAtMost) = (Group(start, 2, 4), DigitsEnd(start));
        if (first == 0 || first != firstAtMost)
        {
            return 0;
        }

        if (At(first) == '.')
        {
            return DottedNumberEnd(start);
        }

        if (At(first) is not (' ' or '-'))
        {
            return 0;
        }

        // With a country code before the area code, or without.
        var second = Group(first + 1, 2, 4);
        var longer = second > 0 && At(second) is ' ' or '-' ? LocalNumberEnd(second + 1) : 0;
        return Math.Max(longer, LocalNumberEnd(first + 1));
    }

    /// <summary>Three or four digits and three to five more, with a blank or hyphen between or none.</summary>
    private readonly int LocalNumberEnd(int start)
    {
        var run = DigitsEnd(start) - start;
        if (run is 3 or 4 && At(start + run) is ' ' or '-')
        {
            return Group(start + run + 1, 3, 5);
        }

        return run is >= 6 and <= 9 ? start + run : 0;
    }

    private readonly int DottedNumberEnd(int start)
    {
        var (end, groups) = (Group(start, 2, 4), 1);
        for (; groups < 4 && At(end) == '.'; groups++)
        {
            var next = Group(end + 1, groups == 1 ? 2 : 3, 5);
            if (next == 0)
            {
                break;
            }

            end = next;
        }

        return groups >= 3 ? end : 0;
    }

    /// <summary>The end of a run of so many digits, or 0 if it is shorter; of a longer run the first digits are taken.</summary>
    private readonly int Group(int start, int atLeast, int atMost)
    {
        var length = Math.Min(DigitsEnd(start) - start, atMost);
        return length >= atLeast ? start + length : 0;
    }
}
