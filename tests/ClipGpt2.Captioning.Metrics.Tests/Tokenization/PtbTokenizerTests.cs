using ClipGpt2.Captioning.Metrics.Tokenization;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Tokenization;

public sealed class PtbTokenizerTests
{
    private static readonly PtbTokenizer Default = new();
    private static readonly PtbTokenizer Alone = new(new PtbTokenizerOptions { ContextFree = true });

    [Fact]
    public void A_caption_may_depend_on_the_next_one_unless_each_is_alone()
    {
        string[] captions = ["fun :)", "a dog"];
        Assert.Equal("fun :-rrb-", Default.Tokenize(captions)[0]);
        Assert.Equal("fun -rrb-", Alone.Tokenize(captions)[0]);
    }

    [Fact]
    public void An_odd_line_break_shifts_the_captions_after_it_unless_each_is_alone()
    {
        string[] captions = ["one\u2028two", "three"];
        Assert.Equal(["one", "two"], Default.Tokenize(captions));
        Assert.Equal(["one two", "three"], Alone.Tokenize(captions));
    }

    [Fact]
    public void A_carriage_return_at_the_end_joins_the_line_feed_after_it() =>
        Assert.Equal(["one", "two"], Default.Tokenize(["one\r", "two"]));

    [Fact]
    public void Punctuation_stays_if_asked_for() =>
        Assert.Equal("a dog , runs .", new PtbTokenizer(new PtbTokenizerOptions { RemovePunctuation = false }).Tokenize(["A dog, runs."])[0]);

    [Fact]
    public void Corpora_have_the_tokens_that_the_tokenizer_gives() =>
        Captions.Images(Captions.AnyText).Sample(
            images =>
            {
                var corpus = new CaptionCorpus(images);
                var candidates = Default.Tokenize([.. images.Select(i => i.Candidate)]);
                Assert.Equal(candidates, Enumerable.Range(0, images.Length).Select(corpus.TokenizedCandidate));
            },
            iter: 500);

    [Fact]
    public void Tokens_of_plain_words_stay_what_they_are() =>
        Captions.OneOf("a", "dog", "runs", "on", "grass", "two", "red").Array[1, 8].Select(words => string.Join(' ', words)).Sample(
            caption => Assert.Equal(caption, Default.Tokenize([caption])[0]), iter: 200);

    [Fact]
    public void Contexts_matter_only_to_a_captions_last_words()
    {
        string[] captions = ["A dog (brown) runs.", "Two cats, one dog!", "It's 5:30 p.m. in the U.S.A. today"];
        Assert.Equal(Alone.Tokenize(captions), Default.Tokenize(captions));
    }
}
