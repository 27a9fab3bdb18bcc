using System.Text;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class BatchTests
{
    private static readonly BertWordPieceTokenizer Bert = BertWordPieceTokenizer.Create(
        new MemoryStream(Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n!\na\n##b\n\ud801\udc28\n")));

    [Fact]
    public void Pieces_are_the_longest_that_the_vocabulary_has() =>
        Assert.Equal(["[CLS]", "the", "cat", "##s", "!", "a", "##b", "##b", "[UNK]", "[SEP]"], Bert.Encode("The C\u00e1ts! abb abc").Select(id => Bert.TokenOf(id)));

    [Fact]
    public void Words_are_measured_in_characters()
    {
        var longest = string.Concat(Enumerable.Repeat("\ud801\udc28", 100));
        Assert.Equal(3, Bert.Encode(longest).Length);
        Assert.Equal([Bert.UnknownTokenId, Bert.UnknownTokenId], Bert.Encode($"a{new string('b', 100)} {longest}a", addSpecialTokens: false).Select(id => (int?)id));
        Assert.Equal(100, Bert.Encode($"a{new string('b', 99)}", addSpecialTokens: false).Length);
    }

    [Fact]
    public void A_lone_half_of_a_surrogate_pair_is_dropped() => Assert.Equal(Bert.Encode("ab"), Bert.Encode("a\ud800b"));

    [Fact]
    public void The_second_text_of_a_pair_has_its_own_type()
    {
        var batch = Bert.EncodePairs([("the", "cat !"), ("the cat", "a")]);
        Assert.Equal([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1], batch.TokenTypeIds.ToArray());
    }

    [Theory]
    [InlineData(TruncationMode.LongestFirst, 8, "the the|cat cat cat")]
    [InlineData(TruncationMode.LongestFirst, 7, "the the|cat cat")]
    [InlineData(TruncationMode.OnlySecond, 8, "the the|cat cat cat")]
    [InlineData(TruncationMode.OnlyFirst, 8, "the|cat cat cat cat")]
    [InlineData(TruncationMode.OnlySecond, 4, "the the|cat cat cat cat")]
    [InlineData(TruncationMode.None, 4, "the the|cat cat cat cat")]
    public void A_pair_is_cut_as_its_mode_says(TruncationMode mode, int most, string kept)
    {
        var batch = Bert.EncodePairs([("the the", "cat cat cat cat")], new() { Truncation = mode, MaxLength = most });
        var texts = kept.Split('|');
        Assert.Equal(Bert.EncodePairs([(texts[0], texts[1])]).Ids.ToArray(), batch.Ids.ToArray());
    }

    [Fact]
    public void A_limit_below_the_special_tokens_leaves_only_them() =>
        Assert.Equal([Bert.ClassTokenId!.Value, Bert.SeparatorTokenId!.Value], Bert.EncodeBatch(["the cat"], new() { Truncation = TruncationMode.LongestFirst, MaxLength = 1 }).Ids.ToArray().Select(id => (int)id));

    [Fact]
    public void Padding_to_a_length_that_nobody_named_is_refused()
    {
        var refusal = Assert.Throws<CaptioningException>(() => Bert.EncodeBatch(["the"], new() { Padding = PaddingMode.MaxLength }));
        Assert.Contains("MaxLength", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<CaptioningException>(() => Bert.EncodeBatch(["the"], new() { MaxLength = 0 }));
    }

    [Fact]
    public void Padding_without_a_padding_token_is_refused()
    {
        var tokenizer = SmallVocabulary.Roberta.ToRoberta(new() { PadToken = null });
        Assert.Contains("PadToken", Assert.Throws<CaptioningException>(() => tokenizer.EncodeBatch(["the", "the the"])).Message, StringComparison.Ordinal);
        Assert.Equal(2, tokenizer.EncodeBatch(["the", "the"]).Count);
    }

    [Fact]
    public void A_batch_of_nothing_is_empty() => Assert.Equal((0, 0), (Bert.EncodeBatch([]).Count, Bert.EncodeBatch([]).Length));
}
