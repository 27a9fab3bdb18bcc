using System.Collections.Frozen;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The English stemmer of the Snowball project ("Porter2"), written from its published description.</summary>
/// <remarks>Takes words as they are: only lower-case letters count as letters. As METEOR uses it, in one pass.</remarks>
internal ref struct EnglishStemmer
{
    private static readonly FrozenDictionary<string, string> Exceptions = new Dictionary<string, string>
    {
        ["skis"] = "ski", ["skies"] = "sky", ["dying"] = "die", ["lying"] = "lie", ["tying"] = "tie", ["idly"] = "idl", ["gently"] = "gentl",
        ["ugly"] = "ugli", ["early"] = "earli", ["only"] = "onli", ["singly"] = "singl",
        ["sky"] = "sky", ["news"] = "news", ["howe"] = "howe", ["atlas"] = "atlas", ["cosmos"] = "cosmos", ["bias"] = "bias", ["andes"] = "andes",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WholeAfterPlural =
        new[] { "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Longest endings first; the part that replaces each.</summary>
    private static readonly (string Ending, string Replacement)[] Step2Endings =
    [
        ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ization", "ize"), ("ousness", "ous"), ("biliti", "ble"), ("lessli", "less"),
        ("tional", "tion"), ("alism", "al"), ("aliti", "al"), ("ation", "ate"), ("entli", "ent"), ("fulli", "ful"), ("iviti", "ive"), ("ousli", "ous"),
        ("abli", "able"), ("alli", "al"), ("anci", "ance"), ("ator", "ate"), ("enci", "ence"), ("izer", "ize"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Ending, string Replacement)[] Step3Endings =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("ative", ""), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] Step4Endings =
        ["ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ion", "ism", "iti", "ive", "ize", "ous", "al", "er", "ic"];

    private readonly Span<char> _word;
    private int _length;
    private int _region1;
    private int _region2;

    private EnglishStemmer(Span<char> word, int length)
    {
        _word = word;
        _length = length;
    }

    private readonly ReadOnlySpan<char> Word => _word[.._length];

    /// <summary>The stem of a word.</summary>
    public static string Stem(ReadOnlySpan<char> word)
    {
        if (word.Length < 3)
        {
            return word.ToString();
        }

        if (Exceptions.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var exception))
        {
            return exception;
        }

        // A step may put an e at the end before a later one looks at it.
        Span<char> buffer = word.Length < 64 ? stackalloc char[66] : new char[word.Length + 2];
        word.CopyTo(buffer);
        var stemmer = new EnglishStemmer(buffer, word.Length);
        stemmer.Run();
        return stemmer.Word.ToString().Replace('Y', 'y');
    }

    private void Run()
    {
        Prelude();
        FindRegions();
        RemovePossessive();
        RemovePlural();
        if (WholeAfterPlural.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Word))
        {
            return;
        }

        RemovePastAndProgressive();
        ReplaceFinalY();
        Step2();
        Step3();
        Step4();
        Step5();
    }

    /// <summary>Drops a leading apostrophe, and marks each y that is a consonant as Y.</summary>
    private void Prelude()
    {
        if (_word[0] == '\'')
        {
            _word[1.._length].CopyTo(_word);
            _length--;
        }

        for (var i = 0; i < _length; i++)
        {
            if (_word[i] == 'y' && (i == 0 || IsVowel(_word[i - 1])))
            {
                _word[i] = 'Y';
            }
        }
    }

    /// <summary>The first region starts after the first consonant that follows a vowel, the second likewise within it.</summary>
    private void FindRegions()
    {
        _region1 = Word.StartsWith("gener") || Word.StartsWith("arsen") ? 5 : Word.StartsWith("commun") ? 6 : NextRegion(0);
        _region2 = NextRegion(_region1);
    }

    private readonly int NextRegion(int start)
    {
        for (var i = start; i + 1 < _length; i++)
        {
            if (IsVowel(_word[i]) && !IsVowel(_word[i + 1]))
            {
                return i + 2;
            }
        }

        return _length;
    }

    private void RemovePossessive()
    {
        foreach (var ending in (ReadOnlySpan<string>)["'s'", "'s", "'"])
        {
            if (Ends(ending))
            {
                _length -= ending.Length;
                return;
            }
        }
    }

    private void RemovePlural()
    {
        if (Ends("sses"))
        {
            _length -= 2;
        }
        else if (Ends("ied") || Ends("ies"))
        {
            _length -= _length > 4 ? 2 : 1;
        }
        else if (Ends("s") && !Ends("us") && !Ends("ss") && HasVowelBefore(_length - 2))
        {
            _length--;
        }
    }

    private void RemovePastAndProgressive()
    {
        var ee = Ends("eedly") ? 5 : Ends("eed") ? 3 : 0;
        if (ee > 0)
        {
            if (_length - ee >= _region1)
            {
                _length -= ee - 2;
            }

            return;
        }

        var length = Ends("ingly") ? 5 : Ends("edly") ? 4 : Ends("ing") ? 3 : Ends("ed") ? 2 : 0;
        if (length == 0 || !HasVowelBefore(_length - length))
        {
            return;
        }

        _length -= length;
        if (Ends("at") || Ends("bl") || Ends("iz"))
        {
            _word[_length++] = 'e';
        }
        else if (EndsWithDouble())
        {
            _length--;
        }
        else if (IsShort())
        {
            _word[_length++] = 'e';
        }
    }

    private readonly void ReplaceFinalY()
    {
        if (_length > 2 && _word[_length - 1] is 'y' or 'Y' && !IsVowel(_word[_length - 2]))
        {
            _word[_length - 1] = 'i';
        }
    }

    private void Step2()
    {
        foreach (var (ending, replacement) in Step2Endings)
        {
            if (Ends(ending))
            {
                var before = _length - ending.Length;
                var applies = before >= _region1 && ending switch
                {
                    "ogi" => before > 0 && _word[before - 1] == 'l',
                    "li" => before > 0 && _word[before - 1] is 'c' or 'd' or 'e' or 'g' or 'h' or 'k' or 'm' or 'n' or 'r' or 't',
                    _ => true,
                };
                Replace(applies, ending, replacement);
                return;
            }
        }
    }

    private void Step3()
    {
        foreach (var (ending, replacement) in Step3Endings)
        {
            if (Ends(ending))
            {
                Replace(_length - ending.Length >= (ending == "ative" ? _region2 : _region1), ending, replacement);
                return;
            }
        }
    }

    private void Step4()
    {
        foreach (var ending in Step4Endings)
        {
            if (Ends(ending))
            {
                var before = _length - ending.Length;
                Replace(before >= _region2 && (ending != "ion" || (before > 0 && _word[before - 1] is 's' or 't')), ending, "");
                return;
            }
        }
    }

    private void Step5()
    {
        var last = _length - 1;
        if (Ends("e") && (last >= _region2 || (last >= _region1 && !EndsInShortSyllable(last))))
        {
            _length--;
        }
        else if (Ends("ll") && last >= _region2)
        {
            _length--;
        }
    }

    private void Replace(bool applies, string ending, string replacement)
    {
        if (applies)
        {
            _length -= ending.Length;
            replacement.CopyTo(_word[_length..]);
            _length += replacement.Length;
        }
    }

    private readonly bool Ends(string ending) => Word.EndsWith(ending, StringComparison.Ordinal);

    private readonly bool HasVowelBefore(int end)
    {
        for (var i = 0; i < end; i++)
        {
            if (IsVowel(_word[i]))
            {
                return true;
            }
        }

        return false;
    }

    private readonly bool EndsWithDouble() =>
        _length > 1 && _word[_length - 1] == _word[_length - 2] && _word[_length - 1] is 'b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't';

    /// <summary>A word of one short syllable, with no first region.</summary>
    private readonly bool IsShort() => _region1 >= _length && EndsInShortSyllable(_length);

    private readonly bool EndsInShortSyllable(int end) =>
        end == 2
            ? IsVowel(_word[0]) && !IsVowel(_word[1])
            : end > 2 && !IsVowel(_word[end - 3]) && IsVowel(_word[end - 2]) && !IsVowel(_word[end - 1]) && _word[end - 1] is not ('w' or 'x' or 'Y');

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';
}
