using System.Collections.Frozen;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Words that keep the period after them, and words that show by following a period that a sentence has ended.</summary>
/// <remarks>
/// Four classes, of which the last is all other words: those that a sentence may end with, those that it never ends with, and those that are abbreviations only
/// before a digit. Established by running the reference tokenizer on lists of words; what looks forgotten (months, states, <c>Sat</c>, <c>Hwy</c>) is forgotten there.
/// </remarks>
internal static class Abbreviations
{
    private static readonly WordList AtSentenceEnds = new(
        """
        al ala apr ariz assn aug bancorp bhd bldg blvd bros calif co colo conn corp cos ct dak dec esq est etc ext feb fla fri ga inc ind intl jan jr jul jun
        kan kans ky ltd mar md mich minn mo mon mont neb nev nov oct okla penn plc rd sep sept seq sq sr sys tel tenn thu thurs tue tues univ va vt wed wis
        wisc wyo
        """);

    /// <summary>Words of the language in lower case.</summary>
    private static readonly WordList AtSentenceEndsUnlessLower = new("az del ill la mass miss ore pa tex wash");

    private static readonly WordList AtSentenceEndsUnlessUpper = new("pty");

    private static readonly WordList DegreesAtSentenceEnds = new("ph.d ed.d");

    private static readonly WordList InsideSentences = new(
        """
        adj adm adv alex assoc asst atty attys ave brig capt cf cie cmdr col comdr cpl dept det dr drs ens ft gen gov govs hon insp jos lieut lt maj messrs
        mlle mme mr mrs ms msgr mt natl pfc pres prof profs pvt rep reps rev sen sens sgt spc st ste supt supts treas vs wm
        """);

    private static readonly WordList InsideSentencesUnlessUpper = new("mfg");

    private static readonly WordList BeforeDigits = new("art ca fig figs no nos op pp prop");

    private static readonly WordList SentenceStarters = new(
        """
        a about according additionally after an as at but earlier he her here however if in it last many more now once one other our she since so some such
        that the their then there therefore these they this we what when while yet you
        """);

    /// <summary>Whether no sentence ends with a word: a name or a figure follows.</summary>
    public static bool IsInsideSentences(ReadOnlySpan<char> word) =>
        InsideSentences.Contains(word) || (InsideSentencesUnlessUpper.Contains(word) && CasingOf(word) != Casing.Upper);

    /// <summary>Whether a sentence may end with a word: the period then counts twice.</summary>
    public static bool IsAtSentenceEnds(ReadOnlySpan<char> word) => DegreesAtSentenceEnds.Contains(word) || CasingOf(word) switch
    {
        Casing.Mixed => false,
        Casing.Lower => AtSentenceEnds.Contains(word) || AtSentenceEndsUnlessUpper.Contains(word),
        Casing.Upper => AtSentenceEnds.Contains(word) || AtSentenceEndsUnlessLower.Contains(word),
        _ => AtSentenceEnds.Contains(word) || AtSentenceEndsUnlessLower.Contains(word) || AtSentenceEndsUnlessUpper.Contains(word),
    };

    public static bool IsBeforeDigits(ReadOnlySpan<char> word) => BeforeDigits.Contains(word);

    /// <summary>Whether a word, capitalised or in capitals, begins a new sentence after an initial or an acronym.</summary>
    public static bool StartsSentences(ReadOnlySpan<char> word) => SentenceStarters.Contains(word) && CasingOf(word) is Casing.Capitalised or Casing.Upper;

    private static Casing CasingOf(ReadOnlySpan<char> word)
    {
        var upper = 0;
        var lower = 0;
        foreach (var c in word)
        {
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
        }

        return upper == 0 ? Casing.Lower
            : lower == 0 ? Casing.Upper
            : upper == 1 && char.IsAsciiLetterUpper(word[0]) ? Casing.Capitalised
            : Casing.Mixed;
    }

    private enum Casing
    {
        Lower,
        Capitalised,
        Upper,
        Mixed,
    }

    /// <summary>Words in any case.</summary>
    private sealed class WordList(string words)
    {
        private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup =
            words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        public bool Contains(ReadOnlySpan<char> word) => _lookup.Contains(word);
    }
}
