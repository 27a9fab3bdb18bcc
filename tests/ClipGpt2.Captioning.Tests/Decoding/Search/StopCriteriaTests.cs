using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

public sealed class StopCriteriaTests
{
    private static readonly string[] Tokens = ["", "a b", "lue", "lue s", "\uFFFD", "é"];

    [Theory]
    [InlineData(new[] { 1 }, 2, true)] // "a b" + "lue"
    [InlineData(new[] { 1 }, 3, true)] // The stop string may end within the token.
    [InlineData(new[] { 1, 2 }, 1, false)] // It must end in the last token.
    [InlineData(new[] { 2 }, 2, false)]
    public void A_stop_string_may_be_spread_over_tokens(int[] before, int token, bool stops)
    {
        var criteria = new StopCriteria([0], 100, ["blue"], ids => string.Concat(ids.Select(i => Tokens[i])));
        Assert.Equal(stops ? FinishReason.StopString : null, criteria.ReasonToStop(Text(before), token));
    }

    [Fact]
    public void A_character_spread_over_tokens_completes_a_stop_string()
    {
        var criteria = new StopCriteria([0], 100, ["é"], ids => ids.Count == 1 ? "\uFFFD" : "é");
        Assert.Equal(FinishReason.StopString, criteria.ReasonToStop(Text([4]), 5));
    }

    [Fact]
    public void An_end_token_goes_before_the_limit_of_the_length()
    {
        var criteria = new StopCriteria([0, 3], 2, [], null);
        Assert.Equal(FinishReason.EndToken, criteria.ReasonToStop(Text([1]), 3));
        Assert.Equal(FinishReason.Length, criteria.ReasonToStop(Text([1]), 1));
        Assert.Null(criteria.ReasonToStop(null, 1));
    }

    private static TokenNode? Text(int[] tokens) => tokens.Aggregate((TokenNode?)null, (text, token) => new TokenNode(text, token, 0, 0, 0));
}
