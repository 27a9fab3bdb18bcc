using System.Text;
using ClipGpt2.Captioning.Text;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class Gpt2TokenizerTests
{
    private static readonly Gpt2Tokenizer Tokenizer = SmallVocabulary.Gpt2.ToGpt2();

    /// <summary>Well-formed texts with much white space, contractions, accents, other planes and special tokens.</summary>
    private static readonly Gen<string> Texts = Gen.OneOf(
            Gen.OneOf<string>(" ", "  ", "\n", "\t", "'s", "'ll", "'", "the", " an", "\u00e9", "\u3000", "\u00a0", "42", "\u00bd", "...", "<|endoftext|>", "<|", "\ud83d\ude00"),
            Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Select(char.ConvertFromUtf32))
        .Array[0, 20].Select(string.Concat);

    private static readonly Gen<int[]> Ids = Gen.Int[0, SmallVocabulary.Gpt2.Ids.Count - 1].Array[0, 30];

    [Fact]
    public void Decoding_gives_every_encoded_text_back() => Texts.Sample(text => Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text))));

    [Fact]
    public void The_words_of_the_pre_tokenizer_are_the_text() =>
        Texts.Sample(text => Assert.Equal(text, string.Concat(Tokenizer.PreTokenizer.PreTokenize(text).Select(word => text.Substring(word.Offset, word.Length)))));

    [Fact]
    public void Streaming_gives_the_text_of_any_ids() => Gen.Select(Ids, Gen.Bool).Sample((ids, skip) =>
    {
        var decoder = Tokenizer.StartDecoding(skip);
        Assert.Equal(Tokenizer.Decode(ids, skip), string.Concat(ids.Select(decoder.Append)) + decoder.Finish());
    });

    [Fact]
    public void Streaming_waits_for_the_end_of_a_character()
    {
        var ids = Tokenizer.Encode("\ud83d\ude00!");
        var decoder = Tokenizer.StartDecoding();
        var pieces = ids.Select(decoder.Append).ToList();
        Assert.Equal(["\ud83d\ude00", "!"], pieces.Where(piece => piece.Length > 0));
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void An_unfinished_character_becomes_one_replacement_character()
    {
        var ids = Tokenizer.Encode("\ud83d\ude00", addSpecialTokens: false);
        var decoder = Tokenizer.StartDecoding();
        Assert.Equal("", string.Concat(ids[..^1].Select(decoder.Append)));
        Assert.Equal("\ufffd", decoder.Finish());
        Assert.Equal("\ufffd", Tokenizer.Decode(ids[..^1]));
    }

    [Fact]
    public void Half_a_surrogate_pair_counts_as_a_replacement_character() =>
        Assert.Equal(Tokenizer.Encode("a\ufffdb \ufffd"), Tokenizer.Encode("a\ud800b \udc00"));

    [Fact]
    public void Letters_beyond_the_basic_plane_are_letters() =>
        Assert.Equal([(0, 2), (2, 5)], Tokenizer.PreTokenizer.PreTokenize("\ud801\udc00 \ud835\udc00\ud801\udc28"));

    [Fact]
    public void Offsets_tell_which_characters_a_token_stands_for()
    {
        var tokens = Tokenizer.EncodeToTokens("the \u00e9\ud83d\ude00<|endoftext|>", out var text);
        Assert.Equal(["t", "he", " ", "\u00e9", "\ud83d\ude00", "\ud83d\ude00", "\ud83d\ude00", "<|endoftext|>"], tokens.Select(token => text![token.Offset]));
    }

    [Fact]
    public void The_librarys_own_limit_of_tokens_cuts_the_text()
    {
        var ids = Tokenizer.EncodeToIds("the an the", maxTokenCount: 2, out _, out var consumed);
        Assert.Equal(Tokenizer.Encode("the"), ids);
        Assert.Equal("the".Length, consumed);
    }

    [Fact]
    public void A_destination_that_is_too_small_gets_nothing()
    {
        var ids = Tokenizer.Encode("the");
        var buffer = new char[3];
        Assert.Equal(System.Buffers.OperationStatus.DestinationTooSmall, Tokenizer.Decode(ids, buffer.AsSpan(0, 2), out var consumed, out var written));
        Assert.Equal((0, 0), (consumed, written));
        Assert.Equal(System.Buffers.OperationStatus.Done, Tokenizer.Decode(ids, buffer, out consumed, out written));
        Assert.Equal((ids.Length, "the"), (consumed, new string(buffer, 0, written)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    public void An_unknown_id_is_refused(int id)
    {
        Assert.Contains($"{id}", Assert.Throws<CaptioningException>(() => Tokenizer.Decode([id])).Message, StringComparison.Ordinal);
        Assert.Throws<CaptioningException>(() => Tokenizer.StartDecoding().Append(id));
    }

    [Fact]
    public void The_end_token_pads_unless_another_is_named()
    {
        Assert.Equal(Tokenizer.EndOfTextId, Tokenizer.PadTokenId);
        var batch = Tokenizer.EncodeBatch(["the", ""], new() { PaddingSide = PaddingSide.Left });
        Assert.Equal([Tokenizer.EndOfTextId, Tokenizer.EndOfTextId], batch.IdsOf(1).ToArray().Select(id => (int)id));
        Assert.Equal([1, 1, 0, 0], batch.AttentionMask.ToArray());
    }

    [Fact]
    public void A_start_token_is_added_on_request()
    {
        var tokenizer = SmallVocabulary.Gpt2.ToGpt2(new() { AddBosToken = true });
        Assert.Equal([tokenizer.BosTokenId!.Value, .. Tokenizer.Encode("the")], tokenizer.Encode("the"));
    }

    [Fact]
    public void A_byte_that_the_vocabulary_lacks_is_the_unknown_token()
    {
        var vocabulary = new SmallVocabulary([], ["<|endoftext|>"]);
        vocabulary.Ids.Remove("q");
        Assert.Equal([vocabulary.Ids["a"], vocabulary.Ids["<|endoftext|>"], vocabulary.Ids["a"]], vocabulary.ToGpt2().Encode("aqa"));
    }

    [Fact]
    public void Eight_threads_get_what_one_gets()
    {
        var texts = Enumerable.Range(0, 2000).Select(i => $"the word{i % 700} and \u00e9{i}, then <|endoftext|> the{i * i}").ToArray();
        var alone = SmallVocabulary.Gpt2.ToGpt2();
        var expected = texts.Select(text => alone.Encode(text)).ToArray();
        var shared = SmallVocabulary.Gpt2.ToGpt2();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.All(texts.Zip(expected), pair => Assert.Equal(pair.Second, shared.Encode(pair.First))));
    }

    [Fact]
    public void The_cache_of_words_stays_bounded()
    {
        var cache = new ClipGpt2.Captioning.Text.Bpe.WordCache();
        for (var i = 0; i < 100_000; i++)
        {
            cache.Add($"{i}", [i]);
        }

        cache.Add(new string('a', 1000), [1]);
        Assert.True(cache.Count <= 1 << 15);
        Assert.False(cache.TryGet(new string('a', 1000), out _));
    }
}
