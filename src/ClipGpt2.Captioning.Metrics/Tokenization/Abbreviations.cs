using System.Collections.Frozen;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Words that keep the period after them, and words that show by following a period that a sentence has ended.</summary>
internal static class Abbreviations
{
    /// <summary>Abbreviations that a name or a figure follows: no sentence ends with them.</summary>
    private static readonly FrozenSet<string> InsideSentences = Words(
        """
        Mr Mrs Ms Dr Drs Prof Profs Sen Sens Rep Reps Atty Attys Lt Col Gen Messrs Gov Govs Adm Rev Maj Sgt Cpl Pvt Mt Capt St Ste Ave Pres Lieut Hon
        Brig Comdr Cmdr Pfc Spc Supt Supts Det Wm Jos Mme Mlle Ald Insp Msgr Blvd Rd Bldg Hwy
        Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri
        Ala Ariz Ark Calif Colo Conn Ct Dak Del Fla Ga Ill Ind Kan Kans Ken Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va
        Vt Wash Wis Wisc Wyo Ont Que Calif
        vs v cf Ft ft Alex Cie al seq
        """);

    /// <summary>Abbreviations with which a sentence may end: the period then counts twice.</summary>
    private static readonly FrozenSet<string> AtSentenceEnds = Words(
        "Inc Co Cos Corp Ltd Plc Bros Assn Dept Univ Intl Bancorp Bhd Est Jr Sr Pty Ph.D Ed.D M.D LL.B LL.D etc Etc ETC");

    /// <summary>Abbreviations only where a number follows.</summary>
    private static readonly FrozenSet<string> BeforeNumbers = Words("No no Nos nos Fig fig Figs figs Pp pp p Art art Prop prop Sec sec Nr nr");

    /// <summary>Words that rarely stand capitalised inside a sentence.</summary>
    private static readonly FrozenSet<string> SentenceStarters = Words(
        """
        A About According Additionally After All Also Although An And Another Any As At Because Before Both But By Despite Each Even Every Few Finally
        First For From He Her Here His How However If In Instead It Its Last Later Many Maybe Meanwhile More Moreover Most Much My Nevertheless No None
        Nor Not Now Of On Once One Only Or Other Our Over Perhaps Several She Since So Some Still Such That The Their Then There Therefore These They
        This Those Though Three Through Thus To Today Two Under Unlike Until We What When Where Whether Which While Who Why With Yesterday Yet You Your
        """);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Inside = InsideSentences.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Ends = AtSentenceEnds.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Numbers = BeforeNumbers.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Starters = SentenceStarters.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool IsInsideSentences(ReadOnlySpan<char> word) => Inside.Contains(word);

    public static bool IsAtSentenceEnds(ReadOnlySpan<char> word) => Ends.Contains(word);

    public static bool IsBeforeNumbers(ReadOnlySpan<char> word) => Numbers.Contains(word);

    public static bool StartsSentences(ReadOnlySpan<char> word) => Starters.Contains(word);

    private static FrozenSet<string> Words(string list) =>
        list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
