using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class ClipTokenizerTests
{
    private static readonly ClipTokenizer Tokenizer = SmallVocabulary.Clip.ToClip();

    [Fact]
    public void A_batch_for_the_text_tower_has_the_models_length()
    {
        var batch = Tokenizer.EncodeBatch(["The cat", string.Concat(Enumerable.Repeat("cat ", 100))], new() { Padding = PaddingMode.MaxLength, Truncation = TruncationMode.LongestFirst });
        Assert.Equal((2, 77), (batch.Count, batch.Length));
        Assert.Equal([1, 1, 1, 1, 0, 0], batch.AttentionMask[..6].ToArray());
        Assert.Equal(Tokenizer.EndOfTextId, batch.IdsOf(0)[^1]);
        Assert.Equal((Tokenizer.StartOfTextId, Tokenizer.EndOfTextId), ((int)batch.IdsOf(1)[0], (int)batch.IdsOf(1)[^1]));
    }

    [Theory]
    [InlineData(ClipFidelity.TransformersFast)]
    [InlineData(ClipFidelity.TransformersSlow)]
    [InlineData(ClipFidelity.OpenAI)]
    public void A_special_token_in_capitals_is_the_special_token(ClipFidelity fidelity) => Assert.Equal(
        [Tokenizer.StartOfTextId, SmallVocabulary.Clip.Ids["a</w>"], Tokenizer.EndOfTextId, Tokenizer.EndOfTextId],
        SmallVocabulary.Clip.ToClip(new() { Fidelity = fidelity }).Encode("A <|ENDOFTEXT|>"));

    [Fact]
    public void Padding_with_zero_is_an_option_and_OpenAIs_rule()
    {
        Assert.Equal(0, SmallVocabulary.Clip.ToClip(new() { Fidelity = ClipFidelity.OpenAI }).PadTokenId);
        Assert.Equal(0, SmallVocabulary.Clip.ToClip(new() { PadTokenId = 0 }).PadTokenId);
        Assert.Equal(Tokenizer.EndOfTextId, Tokenizer.PadTokenId);
    }

    [Fact]
    public void OpenAI_unescapes_HTML_twice()
    {
        var tokenizer = SmallVocabulary.Clip.ToClip(new() { Fidelity = ClipFidelity.OpenAI });
        Assert.Equal(tokenizer.Encode("cat & cat"), tokenizer.Encode("cat &amp;amp; cat"));
    }

    [Fact]
    public void A_long_text_is_refused_on_request()
    {
        var options = new BatchEncodingOptions { Truncation = TruncationMode.Refuse };
        var refusal = Assert.Throws<CaptioningException>(() => Tokenizer.EncodeBatch([new string('!', 100) + string.Concat(Enumerable.Repeat(" cat", 100))], options));
        Assert.Contains("77", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_counts_as_a_replacement_character() => Assert.Equal(Tokenizer.Encode("a\ufffdb"), Tokenizer.Encode("a\ud800b"));

    [Fact]
    public void Decoding_puts_spaces_between_words() => Assert.Equal("the cat", Tokenizer.Decode(Tokenizer.Encode("  The   CAT "), skipSpecialTokens: true));

    [Fact]
    public void An_unknown_fidelity_is_refused() =>
        Assert.Throws<TokenizerFormatException>(() => SmallVocabulary.Clip.ToClip(new() { Fidelity = (ClipFidelity)7 }));
}
