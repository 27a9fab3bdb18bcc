namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Words whose period belongs to them.</content>
internal ref partial struct PtbLexer
{
    private PtbToken ReadAbbreviation(int start, int word)
    {
        if (At(word) != '.')
        {
            var part = Contractions.LengthOfFirstPart(_document[start..word]);
            return Take(start, part > 0 ? part : word - start);
        }

        if (IsBeforeClauseMark(word))
        {
            return Take(start, word + 1 - start);
        }

        if (AcronymEnd(start) == word + 1)
        {
            return ReadAcronym(start, word);
        }

        var text = _document[start..word];
        if (Abbreviations.IsAtSentenceEnds(text))
        {
            // The sentence's own period is the same character, read a second time.
            var token = Take(start, word + 1 - start);
            _position -= EndsSentence(word + 1) ? 1 : 0;
            return token;
        }

        var keeps = Abbreviations.IsInsideSentences(text) || (Abbreviations.IsBeforeDigits(text) && char.IsAsciiDigit(NextVisible(word + 1)));
        var parted = Contractions.LengthOfFirstPart(text);
        return Take(start, keeps ? word + 1 - start : parted > 0 ? parted : word - start);
    }

    /// <summary>The end of single letters with a period after each, or 0: <c>U.S.</c>, <c>p.m.</c>, <c>J.</c></summary>
    private readonly int AcronymEnd(int start)
    {
        var end = start;
        while (char.IsAsciiLetter(At(end)) && At(end + 1) == '.')
        {
            end += 2;
        }

        return end == start || IsWordPartAt(end) ? 0 : end;
    }

    private PtbToken ReadAcronym(int start, int word)
    {
        var ends = IsBeforeSentenceStart(word + 1);
        if (ends && word - start == 1)
        {
            return Take(start, 1); // a letter at a sentence's end, not an initial
        }

        var token = Take(start, word + 1 - start);
        _position -= ends ? 1 : 0;
        return token;
    }

    /// <summary>Whether blanks or line breaks, a word that starts sentences, and another blank follow.</summary>
    private readonly bool IsBeforeSentenceStart(int index)
    {
        var start = SkipBlanks(index);
        var end = start;
        while (end < _document.Length && char.IsAsciiLetter(_document[end]))
        {
            end++;
        }

        return start > index && IsBlankAt(end) && Abbreviations.StartsSentences(_document[start..end]);
    }

    /// <summary>Whether what follows the period of an abbreviation leaves it the last word of its sentence.</summary>
    private readonly bool EndsSentence(int index) =>
        NextVisible(index) is var next && (next == '\0' || CharKinds.Of(next) switch
        {
            CharKind.Letter => !char.IsLower(next) && !PtbCharacters.IsLetterEntity(next),
            CharKind.Digit => false,
            CharKind.Punctuation => false,
            _ => true,
        });

    /// <summary>A period before a comma, semicolon or colon belongs to the word before it, whatever the word is.</summary>
    private readonly bool IsBeforeClauseMark(int period) => At(period) == '.' && At(period + 1) is ',' or ';' or ':';

    private readonly char NextVisible(int index) => SkipBlanks(index) is var next && next < _document.Length ? _document[next] : '\0';

    private readonly int SkipBlanks(int index)
    {
        while (IsBlankAt(index))
        {
            index++;
        }

        return index;
    }
}
