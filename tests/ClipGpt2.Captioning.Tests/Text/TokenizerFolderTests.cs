using System.Text.Json;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class TokenizerFolderTests
{
    [Theory]
    [InlineData("vocab.json", "{\"a\": 1", "JSON")]
    [InlineData("vocab.json", "[1]", "JSON object")]
    [InlineData("vocab.json", "{}", "no tokens")]
    [InlineData("vocab.json", "{\"a\": \"1\"}", "the id of 'a'")]
    [InlineData("vocab.json", "{\"a\": -1}", "the id of 'a'")]
    [InlineData("vocab.json", "{\"a\": 2000000000}", "the id of 'a'")]
    [InlineData("vocab.json", "{\"a\": 1} x", "JSON")]
    [InlineData("vocab.json", "{\"\\ud800\": 1}", "JSON")]
    [InlineData("merges.txt", "#version\na b\na b c\nd e\n", "line 3")]
    [InlineData("tokenizer_config.json", "{", "JSON")]
    [InlineData("tokenizer_config.json", "[]", "an object")]
    [InlineData("tokenizer_config.json", "{\"model_max_length\": \"x\"}", "$.model_max_length")]
    [InlineData("tokenizer_config.json", "{\"model_max_length\": -3}", "$.model_max_length")]
    [InlineData("tokenizer_config.json", "{\"add_prefix_space\": 1}", "$.add_prefix_space")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}", "$.added_tokens_decoder.x")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"1\": {}}}", "content")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"1\": {\"content\": \"a\", \"single_word\": true}}}", "single_word")]
    [InlineData("tokenizer_config.json", "{\"eos_token\": \"\"}", "empty")]
    [InlineData("tokenizer_config.json", "{\"eos_token\": \"\\ud800\"}", "well-formed")]
    [InlineData("tokenizer_config.json", "{\"\\ud800\": 1}", "well-formed")]
    [InlineData("special_tokens_map.json", "{\"eos_token\": {\"content\": 3}}", "$.eos_token.content")]
    [InlineData("added_tokens.json", "{\"a\": 1.5}", "$.a")]
    public void A_damaged_file_is_refused_with_its_name_and_the_place(string name, string content, string place)
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        folder.Write(name, content);
        var refusal = Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(folder.Path));
        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
        Assert.True(place == "empty" || refusal.Message.Contains(name, StringComparison.Ordinal), refusal.Message);
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    public void A_missing_file_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        File.Delete(folder.File(name));
        Assert.Contains(name, Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("no/such", Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained("no/such")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_text_is_refused()
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        File.WriteAllBytes(folder.File("merges.txt"), [0xff, 0xfe, 0x00]);
        Assert.Contains("UTF-8", Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_the_options_are_told_at_once()
    {
        var options = new Gpt2TokenizerOptions { ModelMaxLength = 0, EosToken = "" };
        options.AddedTokens.Add(new("") { Id = -1 });
        var message = Assert.Throws<TokenizerFormatException>(() => SmallVocabulary.Gpt2.ToGpt2(options)).Message;
        Assert.All(["ModelMaxLength", "special token is empty", "holds an empty token", "holds an id"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Line_ends_of_any_kind_and_a_byte_order_mark_are_read()
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        var expected = Gpt2Tokenizer.FromPretrained(folder.Path).Encode("the ant on the hill");
        folder.Write("merges.txt", "\uFEFF" + SmallVocabulary.Gpt2.Merges.Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Equal(expected, Gpt2Tokenizer.FromPretrained(folder.Path).Encode("the ant on the hill"));
    }

    [Fact]
    public void A_folder_with_nothing_but_tokenizer_json_loads()
    {
        using var folder = new TemporaryFolder();
        var vocabulary = SmallVocabulary.Gpt2;
        var pairs = vocabulary.Merges.Split('\n')[1..^1];
        foreach (var merges in new object[] { pairs, pairs.Select(pair => pair.Split(' ')).ToArray() })
        {
            folder.Write("tokenizer.json", JsonSerializer.Serialize(new
            {
                added_tokens = new[] { new { id = vocabulary.Ids["<|endoftext|>"], content = "<|endoftext|>", special = true } },
                model = new { type = "BPE", vocab = vocabulary.Ids, merges },
            }));
            Assert.Equal(vocabulary.ToGpt2().Encode("the ant<|endoftext|> on"), Gpt2Tokenizer.FromPretrained(folder.Path).Encode("the ant<|endoftext|> on"));
        }

        folder.Write("tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": {}}}");
        Assert.Contains("BPE", Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2TokenizerFast\"}")]
    [InlineData("config.json", "{\"model_type\": \"gpt2\"}")]
    public void The_kind_of_tokenizer_is_read_from_the_folder(string name, string content)
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        Assert.Contains("model_type", Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(folder.Path)).Message, StringComparison.Ordinal);
        folder.Write(name, content);
        Assert.IsType<Gpt2Tokenizer>(TransformerTokenizer.FromModelFolder(folder.Path));
        folder.Write("tokenizer_config.json", "{\"tokenizer_class\": \"T5Tokenizer\"}");
        Assert.Contains("T5Tokenizer", Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Added_tokens_are_cut_out_and_the_plain_ones_are_not_skipped()
    {
        using var folder = new TemporaryFolder();
        SmallVocabulary.Gpt2.WriteTo(folder);
        folder.Write("added_tokens.json", "{\"<\u00e9>\": 500}");
        var tokenizer = Gpt2Tokenizer.FromPretrained(folder.Path);
        var ids = tokenizer.Encode("the<\u00e9>the");
        Assert.Contains(500, ids);
        Assert.Equal("the <\u00e9> the", tokenizer.Decode(ids, skipSpecialTokens: true));
        var decoder = tokenizer.StartDecoding();
        Assert.Equal("the<\u00e9>the", string.Concat(ids.Select(decoder.Append)) + decoder.Finish());
    }

    [Fact]
    public void RoBERTas_mask_takes_the_white_space_on_its_left()
    {
        var tokenizer = SmallVocabulary.Roberta.ToRoberta();
        Assert.Equal(tokenizer.Encode("the<mask>he"), tokenizer.Encode("the \t<mask>he"));
        Assert.NotEqual(tokenizer.Encode("the<pad>he"), tokenizer.Encode("the <pad>he"));
    }
}
