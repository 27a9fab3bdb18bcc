namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Apostrophes inside, before and after words.</content>
internal ref partial struct PtbLexer
{
    /// <summary>Reads a word that an apostrophe follows; false if the apostrophe has no part in it.</summary>
    private bool ReadApostropheWord(int start, int word, out PtbToken token)
    {
        var length = ApostropheWordLength(start, word);
        token = length > 0 ? Take(start, length) : default;
        return length > 0;
    }

    private readonly int ApostropheWordLength(int start, int word)
    {
        var text = _document[start..word];
        var next = At(word + 1);
        if (text[^1] is 'n' or 'N' && next is 't' or 'T' && !IsLetterAt(word + 2))
        {
            return text.Length > 1 ? text.Length - 1 : text.Length + 2; // "do" of don't; a lone n't is whole
        }

        var after = AlphanumericEnd(word + 1);
        var second = _document[Math.Min(word + 1, after)..after];
        if (text is "y" or "Y" && second.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return 2; // y' all
        }

        return second.Length > 0 && !IsEnding(word) && JoinsByApostrophe(text, second) ? after - start : 0;
    }

    /// <summary>Names and contractions that stay whole: <c>O'Keefe</c>, <c>d'you</c>, <c>ma'am</c>, <c>cap'n</c>.</summary>
    private static bool JoinsByApostrophe(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        if (first.Length == 1)
        {
            return (first[0] | 0x20) switch
            {
                'd' or 'o' or 'l' => char.IsLetter(second[0]),
                'c' or 'j' or 'm' or 'n' or 's' or 't' => IsVowel(second[0], alsoY: false) || Is(second, "mon"), // French elision; c'mon
                _ => IsVowel(first[0], alsoY: true) && BeginsAfterVowel(second),
            };
        }

        return (IsVowel(first[^1], alsoY: true) && BeginsAfterVowel(second)) || (Is(first, "cap") && Is(second, "n")) || (Is(first, "nor") && Is(second, "easter"));
    }

    private static bool BeginsAfterVowel(ReadOnlySpan<char> second) => IsVowel(second[0], alsoY: false) || char.IsAsciiLetterUpper(second[0]);

    private static bool IsVowel(char c, bool alsoY) => (c | 0x20) is 'a' or 'e' or 'i' or 'o' or 'u' || (alsoY && (c | 0x20) == 'y');

    /// <summary>The length of <c>'s</c>, <c>'m</c>, <c>'d</c>, <c>'ll</c>, <c>'re</c>, <c>'ve</c> at an apostrophe, or 0.</summary>
    /// <remarks>The two-letter ones must see a further character, so they aren't recognised at the end of the document.</remarks>
    private readonly int EndingLength(int apostrophe)
    {
        var (first, second) = ((char)(At(apostrophe + 1) | 0x20), (char)(At(apostrophe + 2) | 0x20));
        if (first is 's' or 'm' or 'd' && !char.IsAsciiLetter(At(apostrophe + 2)))
        {
            return 2;
        }

        return (first, second) is ('l', 'l') or ('r', 'e') or ('v', 'e') && GoesOnWithoutLetter(apostrophe + 3) ? 3 : 0;
    }

    private readonly bool IsEnding(int apostrophe) => EndingLength(apostrophe) > 0;

    private PtbToken ReadApostrophe(int start)
    {
        var ending = EndingLength(start);
        var length = ending > 0 ? ending : ElisionLength(start);
        if (length > 0)
        {
            return Take(start, length);
        }

        if (_document[start] == '’')
        {
            return ReadTypographicQuotes(start);
        }

        if (At(start + 1) == '\'')
        {
            return Take(start, 2, PtbForm.Plain);
        }

        var opens = char.IsAsciiLetter(At(start + 1)) && start + 2 < _document.Length && !IsBlankAt(start + 2);
        return Take(start, 1, opens ? PtbForm.OpeningSingleQuote : PtbForm.Plain);
    }

    /// <summary>Words that lack their beginning: <c>'em</c>, <c>'90s</c>, <c>'n'</c>, and <c>'t</c> of <c>'tis</c>.</summary>
    private readonly int ElisionLength(int apostrophe)
    {
        var end = AlphanumericEnd(apostrophe + 1);
        var word = _document[Math.Min(apostrophe + 1, end)..end];
        if (word.Length == 0)
        {
            return 0;
        }

        if (word is "n" or "N")
        {
            return IsApostropheAt(end) ? 3 : 2;
        }

        if (Is(word, "tis") || Is(word, "twas"))
        {
            return _document[apostrophe] == '\'' ? 2 : 0;
        }

        if (Is(word, "em") || Is(word, "til") || Is(word, "till") || Is(word, "cause"))
        {
            return word.Length + 1;
        }

        var twoDigits = word.Length >= 2 && char.IsAsciiDigit(word[0]) && char.IsAsciiDigit(word[1]);
        return twoDigits && word.Length == 3 && word[2] == 's' ? 4
            : twoDigits && word.Length == 2 && IsBlankAt(end) ? 3
            : 0;
    }

    private static bool Is(ReadOnlySpan<char> word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);
}
