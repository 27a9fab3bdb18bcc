namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Tokens that start with a letter or a digit.</content>
internal ref partial struct PtbLexer
{
    private PtbToken ReadWord(int start)
    {
        // Nearly all tokens: letters between blanks.
        var letters = start;
        while (letters < _end && char.IsAsciiLetter(_document[letters]))
        {
            letters++;
        }

        if (letters > start && (letters == _end || _document[letters] is ' ' or ','))
        {
            var plain = letters < _end && _document[letters] == ',' && ContinuesAfterComma(start) ? 0 : letters - start;
            if (plain > 0)
            {
                return Take(start, Contractions.LengthOfFirstPart(_document.Slice(start, plain)) is > 0 and var part ? part : plain);
            }
        }

        var word = WordEnd(start);
        if (IsPrefix(start, word))
        {
            return Take(start, word + 1 - start);
        }

        var joined = Math.Max(HyphenatedEnd(start), FigureEnd(start));
        var other = Math.Max(Math.Max(SlashedEnd(start), AddressEnd(start, word)), Math.Max(NumberEnd(start), SuffixedEnd(start, word)));
        if (Math.Max(joined, other) is var end && end > word)
        {
            var withPeriod = joined >= other && IsBeforeClauseMark(end);
            return Take(start, withPeriod ? end + 1 - start : EndBeforeNot(start, end) - start);
        }

        return (IsApostropheAt(word) || IsNotAt(word)) && ReadApostropheWord(start, word, out var token) ? token : ReadAbbreviation(start, word);
    }

    /// <summary><c>anti-</c> or <c>pro-</c> without a word behind it.</summary>
    private readonly bool IsPrefix(int start, int word) =>
        At(word) == '-' && !IsWordPartAt(word + 1) && (Is(_document[start..word], "anti") || Is(_document[start..word], "pro"));

    /// <summary>The end of letters and digits, and of further ones joined by a single mark: <c>a.b</c>, <c>really?yes</c>.</summary>
    private readonly int WordEnd(int start)
    {
        var end = AlphanumericEnd(start);
        while (At(end) is '.' or '!' or '?' && IsLetterAt(end + 1))
        {
            end = AlphanumericEnd(end + 1);
        }

        return end;
    }

    private readonly int AlphanumericEnd(int start)
    {
        var end = start;
        while (IsWordPartAt(end))
        {
            end++;
        }

        return end;
    }

    /// <summary>Words joined by hyphens or low lines, of which the first may be a figure or an acronym: <c>2,500-metre</c>, <c>U.S.-based</c>.</summary>
    private int HyphenatedEnd(int start)
    {
        var end = FirstPartEnd(start);

        var joined = 0;
        while (At(end) is '-' or '‐' or '‑' or '_' && IsWordPartAt(end + 1))
        {
            var acronym = AcronymEnd(end + 1);
            end = joined = acronym > 0 ? acronym : AlphanumericEnd(end + 1);
        }

        return joined;
    }

    /// <summary>The end of letters, digits, periods and commas; found once for all words in it, as it may be long.</summary>
    private int FirstPartEnd(int start)
    {
        if (start >= _firstPartEnd)
        {
            _firstPartEnd = start;
            while (IsWordPartAt(_firstPartEnd) || At(_firstPartEnd) is '.' or ',')
            {
                _firstPartEnd++;
            }
        }

        return _firstPartEnd;
    }

    private bool ContinuesAfterComma(int start) => HyphenatedEnd(start) > 0;

    /// <summary>Up to three words with slashes between: <c>and/or</c>, <c>either/or/neither</c>, <c>24/7</c>; a slash may be escaped.</summary>
    private readonly int SlashedEnd(int start)
    {
        var end = HyphenatedPartsEnd(start);
        var joined = 0;
        for (var slashes = 0; slashes < 2; slashes++)
        {
            var slash = At(end) == '\\' ? end + 1 : end;
            if (At(slash) != '/' || !IsWordPartAt(slash + 1))
            {
                break;
            }

            end = joined = HyphenatedPartsEnd(slash + 1);
        }

        return joined;
    }

    private readonly int HyphenatedPartsEnd(int start)
    {
        var end = AlphanumericEnd(start);
        for (var hyphens = 0; hyphens < 2 && At(end) == '-' && IsLetterAt(end + 1); hyphens++)
        {
            end = AlphanumericEnd(end + 1);
        }

        return end;
    }

    /// <summary><c>AT&amp;T</c>, <c>US$</c>, <c>C++</c>, <c>C#</c>.</summary>
    private readonly int SuffixedEnd(int start, int word)
    {
        var upper = start;
        while (char.IsAsciiLetterUpper(At(upper)))
        {
            upper++;
        }

        var next = At(word);
        if (upper == word && next == '$')
        {
            return word + 1;
        }

        if (upper == word && next is '&' or '+')
        {
            var join = next == '&' && Entity.Match(Rest(word)) is { Decoded: "&" } entity ? entity.Length : 1;
            var end = word + join;
            while (char.IsAsciiLetterUpper(At(end)))
            {
                end++;
            }

            if (end > word + join)
            {
                return end;
            }
        }

        var single = word == start + 1 ? _document[start] : '\0';
        return single is 'C' or 'c' && next == '+' && At(word + 1) == '+' ? word + 2
            : single is 'C' or 'c' or 'F' or 'f' && next == '#' ? word + 1
            : 0;
    }

    /// <summary>Gives back an <c>n't</c> at the end: <c>half-isn't</c>.</summary>
    private readonly int EndBeforeNot(int start, int end) =>
        end - start > 1 && IsNotAt(end) ? end - 1 : end;
}
