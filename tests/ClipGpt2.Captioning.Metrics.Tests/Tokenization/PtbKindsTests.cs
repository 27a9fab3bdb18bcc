using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Tests.Tokenization;

/// <summary>The kinds of tokens that the reference was asked about, list by list.</summary>
public sealed class PtbKindsTests
{
    private const string SentenceEnds =
        """
        al ala apr ariz assn aug bancorp bhd bldg blvd bros calif co colo conn corp cos ct dak dec esq est etc ext feb fla fri ga inc ind intl jan jr jul jun
        kan kans ky ltd mar md mich minn mo mon mont neb nev nov oct okla penn plc rd sep sept seq sq sr sys tel tenn thu thurs tue tues univ va vt wed wis
        wisc wyo ph.d ed.d
        """;

    private const string NeverEnds =
        """
        adj adm adv alex assoc asst atty attys ave brig capt cf cie cmdr col comdr cpl dept det dr drs ens ft gen gov govs hon insp jos lieut lt maj messrs
        mlle mme mr mrs ms msgr mt natl pfc pres prof profs pvt rep reps rev sen sens sgt spc st ste supt supts treas vs wm
        """;

    private const string None =
        """
        May June July Sat Sun Thur Weds Alaska Hawaii Ida Ia Iowa Ken Me Nebr Ohio Oreg Penna Tx Utah Ont Que Hwy Ln Pl Pkwy Apt Rm Fl Ald Amb Fr Mmes Sec
        Revs LL.B LL.D LL.M B.Sc M.Sc D.Phil PhD in lb oz kg km mph hr min sec yr approx govt misc pg ch vol eds nr
        """;

    private const string SentenceStarters =
        """
        A About According Additionally After An As At But Earlier He Her Here However If In It Last Many More Now Once One Other Our She Since So Some Such
        That The Their Then There Therefore These They This We What When While Yet You
        """;

    [Fact]
    public void Abbreviations_that_may_end_a_sentence_do_so_before_a_capital_and_at_the_end()
    {
        Assert.All(Words(SentenceEnds).SelectMany(word => (string[])[word, Capitalised(word), word.ToUpperInvariant()]), CheckSentenceEnd);
        Assert.All(Words("Az Del Ill La Mass Miss Ore Pa Tex Wash").SelectMany(word => (string[])[word, word.ToUpperInvariant()]), CheckSentenceEnd);
        Assert.All(Words("az del ill la mass miss ore pa tex wash"), CheckNone);
        Assert.All(Words("pty Pty Ph.D Ed.D"), CheckSentenceEnd);
        Assert.All(Words("PTY eTC"), CheckNone);
    }

    [Fact]
    public void Abbreviations_inside_sentences_keep_their_one_period()
    {
        Assert.All(Words(NeverEnds).SelectMany(word => (string[])[word, Capitalised(word), word.ToUpperInvariant()]), CheckInside);
        Assert.All(Words("mfg Mfg"), CheckInside);
        CheckNone("MFG");
    }

    [Fact]
    public void Some_abbreviations_are_ones_only_before_a_digit() => Assert.All(Words("art ca fig figs no nos op pp prop Art NO Figs"), word =>
    {
        Assert.Equal($"{word}. 5".ToLowerInvariant(), Raw($"{word}. 5"));
        Assert.Equal($"{word} . five".ToLowerInvariant(), Raw($"{word}. five"));
        Assert.Equal($"{word} .".ToLowerInvariant(), Raw($"{word}."));
    });

    [Fact]
    public void Other_words_are_no_abbreviations() => Assert.All(Words(None), CheckNone);

    [Fact]
    public void After_an_acronym_a_sentence_starts_with_one_of_few_words()
    {
        Assert.All(Words(SentenceStarters).SelectMany(word => (string[])[word, word.ToUpperInvariant()]), word =>
        {
            Assert.Equal($"the u.s. . {word} dogs".ToLowerInvariant(), Raw($"the U.S. {word} dogs"));
            Assert.Equal($"plan b . {word} dogs".ToLowerInvariant(), Raw($"plan B. {word} dogs"));
            Assert.Equal($"the u.s. {word}".ToLowerInvariant(), Raw($"the U.S. {word}"));
        });
        Assert.All(Words("the Two Both Not All Each From Most No Of They're"), word =>
            Assert.StartsWith($"the u.s. {word[..2]}".ToLowerInvariant(), Raw($"the U.S. {word} dogs"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("boots., socks", "boots. , socks")]
    [InlineData("well-worn boots.; socks", "well-worn boots. ; socks")]
    [InlineData("the well-worn.: it", "the well-worn. : it")]
    [InlineData("route 66., then", "route 66. , then")]
    [InlineData("he paid 2,500., then", "he paid 2,500. , then")]
    [InlineData("boots. , socks", "boots . , socks")]
    [InlineData("boots.? socks", "boots . ? socks")]
    [InlineData("cats/dogs., birds", "cats/dogs . , birds")]
    [InlineData("he didn't., then", "he did n't . , then")]
    [InlineData("the dog's., then", "the dog 's . , then")]
    [InlineData("#fun., then", "#fun . , then")]
    [InlineData("5%., then", "5 % . , then")]
    public void A_period_before_a_mark_inside_the_sentence_belongs_to_the_word(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("'tisn't", "'t is n't")]
    [InlineData("a 'tissue", "a 't issue")]
    [InlineData("'TWAS", "'t was")]
    [InlineData("'twere so", "` twere so")]
    [InlineData("'tain so", "` tain so")]
    [InlineData("don`t", "do n`t")]
    [InlineData("isn‘t", "is n`t")]
    [InlineData("wasn’t", "was n't")]
    [InlineData("don\u0092t \u0093go\u0094 \u0096 \u0097 \u0085 \u0080 5 \u0081 \u009f", "do n't `` go '' -- -- ... $ 5")]
    [InlineData("‚a„ ‟b′ ″c´ ＂d＇", "‚ a „ ‟ b ′ ″ c ´ ＂ d ＇")]
    [InlineData("oʼclock ʻokina", "oʼclock ʻokina")]
    public void Quotes_and_apostrophes_are_many(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("’red ’more ’son ’dear ’very ’llama", "'re d 'm ore 's on 'd ear 've ry 'll ama")]
    [InlineData("’nuff ’emma ’tilt ’till ’causeway ’70sx", "’n uff ’em ma ’til t ’till ’cause way ’70s x")]
    [InlineData("'red 'more 'nuff 'neath 'causeway 'emma", "` red ` more ` nuff ` neath ` causeway 'em ma")]
    [InlineData("o’clock ma’am y’all O’Neill", "o’clock ma’am y’ all o’neill")]
    [InlineData("c’mon e’er nor’easter", "c 'm on e ' er nor ' easter")]
    [InlineData("c'mon e'er nor'easter", "c'mon e'er nor'easter")]
    [InlineData("good ol’ days d’ or j' ai l' eau", "good ol’ days d’ or j' ai l' eau")]
    [InlineData("goin' home th' old o' an' n' so", "goin ' home th ' old o ' an ' n ' so")]
    [InlineData("'em 'til 'till 'cause 'n it", "'em 'til 'till 'cause 'n it")]
    [InlineData("'round 'bout 'cuz 'hood", "` round ` bout ` cuz ` hood")]
    public void Words_lack_their_beginning_or_end(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("anti- war, Pro- it", "anti- war , pro- it")]
    [InlineData("anti--b", "anti- - b")]
    [InlineData("anti-war pro-5", "anti-war pro-5")]
    [InlineData("non- pre- un- co- it", "non - pre - un - co - it")]
    [InlineData("an... so.... or..... if...... on", "an ... so ... or ... if ... . on")]
    [InlineData("a . . . b", "a ... b")]
    [InlineData("a . . . . . . b", "a ... . b")]
    [InlineData("a ... . b", "a ... . b")]
    [InlineData("### @@ *** ____ << >> >>>>", "### @@ *** ____ << >> >> >>")]
    [InlineData("%% && ++ == ~~ ^^ ||", "% % & & + + = = ~ ~ ^ ^ | |")]
    public void Runs_of_marks_have_their_lengths(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("503 555 0142")]
    [InlineData("49 30 1234 5678")]
    [InlineData("503 555-0142")]
    [InlineData("33 1 55 55 01 42")]
    [InlineData("81 3 5555 0142")]
    [InlineData("123 456")]
    public void A_plus_belongs_to_what_would_be_a_telephone_number_without_it(string digits)
    {
        var alone = Raw(digits).Split(' ');
        Assert.Equal(alone.Length == 1 ? $"+{alone[0]}" : $"+{digits}", Raw($"+{digits}"));
    }

    [Theory]
    [InlineData("a@b", "a@b")]
    [InlineData("<a@b.org> <a@b a@b>", "<a@b.org> <a@b a@b>")]
    [InlineData("<https://zoo.net>", "< https://zoo.net >")]
    [InlineData("<unk> </b> <br/> <!-- x -->", "<unk> </b> <br/> <!--\u00A0x\u00A0-->")]
    [InlineData("<5 cm> <x,y>", "< 5 cm > < x , y >")]
    public void Mail_addresses_have_angle_brackets_and_web_addresses_have_not(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("&AMP; &Lt; &gT; a&NBSP;b", "& < > a b")]
    [InlineData("&quot;x&quot; &QUOT; &Apos; &apos;", "`` x '' &quot; &apos; '")]
    [InlineData("a&ndash;b &mdash; c", "a -- b -- c")]
    [InlineData("&#233; &#8217;", "&#233; &#8217;")]
    [InlineData("na&iuml;ve &Egrave;ve &Uacute;", "na&iuml;ve &egrave;ve &uacute;")]
    [InlineData("gar&ccedil;on t&ecirc;te &copy; &hellip;", "gar & ccedil ; on t & ecirc ; te & copy ; & hellip ;")]
    [InlineData("a\uFDD0b", "a b")]
    public void Entities_are_decoded_kept_or_parted(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    [Theory]
    [InlineData("aⅣb ↀ 〇", "a b")]
    [InlineData("x² ① ٣ ४", "x ² ① ٣ ४")]
    [InlineData("₹5 ₽6 ₩7 ₿8", "5 6 7 8")]
    public void Numbers_of_other_scripts_are_digits_symbols_or_nothing(string text, string tokens) => Assert.Equal(tokens, Raw(text));

    private static void CheckSentenceEnd(string word)
    {
        var lower = word.ToLowerInvariant();
        Assert.Equal($"{lower}. .", Raw($"{word}."));
        Assert.Equal($"{lower}. . dogs", Raw($"{word}. Dogs"));
        Assert.Equal($"{lower}. dogs", Raw($"{word}. dogs"));
        Assert.Equal($"{lower}. 5", Raw($"{word}. 5"));
        Assert.Equal($"{lower}. -lrb- dogs -rrb-", Raw($"{word}. (dogs)"));
    }

    private static void CheckInside(string word)
    {
        var lower = word.ToLowerInvariant();
        Assert.Equal($"{lower}.", Raw($"{word}."));
        Assert.Equal($"{lower}. dogs", Raw($"{word}. Dogs"));
    }

    private static void CheckNone(string word)
    {
        var lower = word.ToLowerInvariant();
        Assert.Equal($"{lower} .", Raw($"{word}."));
        Assert.Equal($"{lower} . dogs", Raw($"{word}. Dogs"));
        Assert.Equal($"{lower} . 5", Raw($"{word}. 5"));
    }

    private static string Raw(string text) => PtbTokenizer.TokenizeLines([text])[0];

    private static string[] Words(string list) => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Capitalised(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
