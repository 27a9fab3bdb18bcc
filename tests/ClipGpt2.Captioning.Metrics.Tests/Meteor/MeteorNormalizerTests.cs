using System.Globalization;
using ClipGpt2.Captioning.Metrics.Meteor;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

public sealed class MeteorNormalizerTests
{
    private static readonly MeteorNormalizer Normalizer = new(MeteorData.BuiltIn.Prefixes, MeteorData.BuiltIn.NumericPrefixes);

    [Fact]
    public void Every_character_is_a_letter_a_blank_or_a_mark() => Assert.All(Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(c => !HasRuleOfItsOwn(c)), c =>
    {
        var expected = IsLetter(c) || c == '\v' ? $"a{c}b" : IsBlank(c) ? "a b" : $"a {c} b";
        Assert.Equal(expected, Normalizer.Normalize($"a{c}b", keepPunctuation: true));
        Assert.Equal(IsLetter(c) ? $"a{c}b" : "a b", Normalizer.Normalize($"a{c}b", keepPunctuation: false));
    });

    [Fact]
    public void Lines_are_trimmed_before_and_after_marks_get_their_blanks()
    {
        Assert.Equal("word", Normalizer.Normalize("\u0001 \v\u0002word\u0003\t\u001F", keepPunctuation: true));
        Assert.Equal("word", Normalizer.Normalize("\u00A0\u0001word\u0002\u00A0", keepPunctuation: true));
        Assert.Equal("\u007F word", Normalizer.Normalize("\u007Fword", keepPunctuation: true));
        Assert.Equal("a \u0001 b", Normalizer.Normalize("a\u0001b", keepPunctuation: true));
    }

    [Fact]
    public void A_pair_of_surrogates_is_one_mark() => Assert.Equal("a 🐕 b", Normalizer.Normalize("a🐕b", keepPunctuation: true));

    [Fact]
    public void Captions_have_the_words_of_their_whole_line()
    {
        var piece = Captions.OneOf("dog", "St.", "5", "\u0001", "\u0001dog", "dog\u0002", "\v", "a\vb", "ș", "No.", "it's", "\u00A0", "\u2028x", "u.s.", ",");
        piece.Array[1, 6].Sample(
            pieces =>
            {
                var line = string.Join(' ', pieces);
                var corpus = new CaptionCorpus([new CaptionedImage("1", line, ["dog"])], CaptionTokenization.Blanks);
                var captions = MeteorCaptions.Of(corpus.Tokens, new MeteorOptions());
                var words = captions.Candidates[0].ToArray().Select(word => captions.Words[word].ToString());
                Assert.Equal(Normalizer.Normalize(line, keepPunctuation: true).ToLowerInvariant(), string.Join(' ', words));
            },
            iter: 2000);
    }

    private static bool HasRuleOfItsOwn(char c) => c is '.' or ',' or '\'' or '-' or '–' or '`' or '‘' or '’' or '“' or '”' || (char.IsAscii(c) && char.IsLetterOrDigit(c));

    private static bool IsBlank(char c) => c is '\t' or '\n' or '\f' or '\r' || char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator;

    private static bool IsLetter(char c) =>
        c is (>= '\u00C0' and <= '\u017E' and not '×' and not '÷') or (>= '\u0400' and <= '\u0527') or (>= '\u1D00' and <= '\u1D7F')
            or (>= '\uA640' and <= '\uA66E') or (>= '\uA67E' and <= '\uA697');
}
