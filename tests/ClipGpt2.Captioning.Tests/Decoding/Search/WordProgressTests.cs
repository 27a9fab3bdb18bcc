using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

public sealed class WordProgressTests
{
    private static readonly WordTree[] Phrase = [new(new RequiredWord(7, 8, 9))];
    private static readonly WordTree[] Choice = [new(new RequiredWord([[7, 8], [7, 9], [5]]))];

    [Theory]
    [InlineData(new int[0], false, 0)]
    [InlineData(new[] { 7 }, false, 1)]
    [InlineData(new[] { 1, 7, 8 }, false, 2)]
    [InlineData(new[] { 7, 8, 9 }, true, 3)]
    [InlineData(new[] { 7, 8, 1, 9 }, false, 0)]
    public void A_phrase_must_come_whole(int[] text, bool complete, int bank)
    {
        var progress = WordProgress.Of(Phrase, text);
        Assert.Equal((complete, bank), (progress.IsComplete, progress.Bank));
    }

    // The token that breaks a phrase doesn't begin it again, as in the reference.
    [Fact]
    public void A_phrase_that_is_broken_by_its_own_first_token_begins_after_it() => Assert.Equal(0, WordProgress.Of(Phrase, [7, 7]).Bank);

    [Fact]
    public void One_token_steps_one_word_only()
    {
        WordTree[] words = [new(new RequiredWord(7)), new(new RequiredWord(7))];
        Assert.False(WordProgress.Of(words, [7]).IsComplete);
        Assert.True(WordProgress.Of(words, [7, 7]).IsComplete);
    }

    [Fact]
    public void Any_alternative_completes_a_choice()
    {
        Assert.True(WordProgress.Of(Choice, [5]).IsComplete);
        Assert.True(WordProgress.Of(Choice, [7, 9]).IsComplete);
    }

    [Fact]
    public void All_first_tokens_are_proposed() => Assert.Equal([(7, 1), (5, 2)], WordProgress.Of(Choice, []).Proposals());

    // The reference's copies share the sequence in progress: a second alternative is tried behind the first.
    [Fact]
    public void A_second_alternative_in_the_middle_of_a_choice_counts_as_no_step() => Assert.Equal([(8, 2), (9, 0)], WordProgress.Of(Choice, [7]).Proposals());
}
