namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Apostrophes inside, before and after words.</content>
internal ref partial struct PtbLexer
{
    /// <summary>Reads a word that an apostrophe follows; false if the apostrophe has no part in it.</summary>
    private bool ReadApostropheWord(int start, int word, out PtbToken token)
    {
        if (IsNotAt(word))
        {
            // "do" of don't; a lone n't is whole.
            token = word > start + 1 ? Take(start, word - 1 - start) : Take(start, word + 2 - start, PtbForm.Contraction);
            return true;
        }

        var length = IsApostropheAt(word) ? ApostropheWordLength(start, word) : 0;
        token = length > 0 ? Take(start, length) : default;
        return length > 0;
    }

    private readonly int ApostropheWordLength(int start, int word)
    {
        var text = _document[start..word];
        var after = AlphanumericEnd(word + 1);
        var second = _document[Math.Min(word + 1, after)..after];
        if (second.Length == 0)
        {
            return Is(text, "ol") || Is(text, "d") || Is(text, "j") || Is(text, "l") ? word + 1 - start : 0;
        }

        if (Is(text, "y") && Is(second, "all"))
        {
            return 2; // y' all
        }

        var joins = JoinsByApostrophe(text, second) || (At(word) == '\'' && IsJoinedByStraightApostrophe(text, second));
        return joins && !IsEnding(word) ? after - start : 0;
    }

    /// <summary>Names and contractions that stay whole: <c>O'Keefe</c>, <c>d'you</c>, <c>ma'am</c>, <c>cap'n</c>.</summary>
    private static bool JoinsByApostrophe(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        if (first.Length == 1)
        {
            return (first[0] | 0x20) switch
            {
                'd' or 'o' or 'l' => char.IsLetter(second[0]),
                'c' or 'j' or 'm' or 'n' or 's' or 't' => IsVowel(second[0], alsoY: false), // French elision
                _ => false,
            };
        }

        return (IsVowel(first[^1], alsoY: true) && BeginsAfterVowel(second)) || (Is(first, "cap") && Is(second, "n"));
    }

    /// <summary>Words that are parted if their apostrophe is curly.</summary>
    private static bool IsJoinedByStraightApostrophe(ReadOnlySpan<char> first, ReadOnlySpan<char> second) =>
        (Is(first, "c") && Is(second, "mon")) || (Is(first, "e") && Is(second, "er")) || (Is(first, "nor") && Is(second, "easter"));

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
        var isCurly = _document[start] == '’';
        var ending = isCurly ? CurlyEndingLength(start) : EndingLength(start);
        if (ending > 0)
        {
            return Take(start, ending, PtbForm.Contraction);
        }

        var elision = isCurly ? CurlyElisionLength(start) : ElisionLength(start);
        if (elision > 0)
        {
            return Take(start, elision);
        }

        if (isCurly)
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

    /// <summary>The endings after a curly apostrophe, which doesn't look at what stands behind them: <c>’red</c> is <c>'re d</c>.</summary>
    private readonly int CurlyEndingLength(int apostrophe)
    {
        var (first, second) = ((char)(At(apostrophe + 1) | 0x20), (char)(At(apostrophe + 2) | 0x20));
        return (first, second) is ('l', 'l') or ('r', 'e') or ('v', 'e') ? 3 : first is 's' or 'm' or 'd' ? 2 : 0;
    }

    /// <summary>Words that lack their beginning: <c>'em</c>, <c>'90s</c>, <c>'n'</c>, and <c>'t</c> of <c>'tis</c>.</summary>
    private readonly int ElisionLength(int apostrophe)
    {
        var end = AlphanumericEnd(apostrophe + 1);
        var word = _document[Math.Min(apostrophe + 1, end)..end];
        if (StartsWith(word, "tis") || StartsWith(word, "twas"))
        {
            return 2;
        }

        if (StartsWith(word, "em"))
        {
            return 3;
        }

        if (word is "n" or "N")
        {
            return IsApostropheAt(end) ? 3 : 2;
        }

        return Is(word, "til") || Is(word, "till") || Is(word, "cause") ? word.Length + 1 : YearsLength(word, end);
    }

    /// <summary>The same after a curly apostrophe, whatever stands behind them; <c>’tis</c> isn't among them.</summary>
    private readonly int CurlyElisionLength(int apostrophe)
    {
        var end = AlphanumericEnd(apostrophe + 1);
        var word = _document[Math.Min(apostrophe + 1, end)..end];
        if (StartsWith(word, "n"))
        {
            return IsApostropheAt(apostrophe + 2) ? 3 : 2;
        }

        return StartsWith(word, "em") ? 3
            : StartsWith(word, "till") ? 5
            : StartsWith(word, "til") ? 4
            : StartsWith(word, "cause") ? 6
            : word is [>= '0' and <= '9', >= '0' and <= '9', 's', ..] ? 4
            : 0;
    }

    /// <summary><c>'90s</c>, or <c>'14</c> before a blank.</summary>
    private readonly int YearsLength(ReadOnlySpan<char> word, int end) => word switch
    {
        [>= '0' and <= '9', >= '0' and <= '9', 's'] => 4,
        [>= '0' and <= '9', >= '0' and <= '9'] when IsBlankAt(end) => 3,
        _ => 0,
    };

    private static bool StartsWith(ReadOnlySpan<char> word, string beginning) => word.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);

    private static bool Is(ReadOnlySpan<char> word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);
}
