using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Tests.Text;

/// <summary>The classes that do what <c>tokenizer.json</c> says: whose tokenizer it is, and what of it isn't followed.</summary>
public sealed class GenericTokenizerTests : IDisposable
{
    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden", "transformers5");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("models/tiny-gpt2", typeof(Gpt2Tokenizer))]
    [InlineData("models/tiny-clip", typeof(ClipTokenizer))]
    [InlineData("models/tiny-roberta", typeof(RobertaTokenizer))]
    [InlineData("models/tiny-bert", typeof(BertWordPieceTokenizer))]
    public void The_file_tells_whose_tokenizer_it_is(string model, Type type)
    {
        foreach (var name in (string[])["PreTrainedTokenizerFast", "TokenizersBackend"])
        {
            Copy(model, config => config["tokenizer_class"] = name);
            var own = TransformerTokenizer.FromModelFolder(Path.Combine(Golden, model));
            var generic = TransformerTokenizer.FromModelFolder(_folder);
            Assert.IsType(type, generic);
            Assert.Equal(own.Encode("A red circle, <|endoftext|> 12 rings"), generic.Encode("A red circle, <|endoftext|> 12 rings"));
        }
    }

    [Fact]
    public void What_config_json_says_counts_only_where_no_class_is_named()
    {
        Copy("models/tiny-gpt2", config => config["tokenizer_class"] = "TokenizersBackend");
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"model_type": "clip"}""");
        Assert.IsType<Gpt2Tokenizer>(TransformerTokenizer.FromModelFolder(_folder));
        Copy("models/tiny-gpt2", config => config.Remove("tokenizer_class"));
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"model_type": "gpt2"}""");
        Assert.IsType<Gpt2Tokenizer>(TransformerTokenizer.FromModelFolder(_folder));
    }

    [Theory]
    [InlineData("normalizer", """{"type": "Lowercase"}""")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}""")]
    [InlineData("pre_tokenizer", """{"type": "Whitespace"}""")]
    [InlineData("pre_tokenizer", "null")]
    [InlineData("pre_tokenizer", """{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""")]
    [InlineData("decoder", "null")]
    [InlineData("decoder", """{"type": "Metaspace"}""")]
    [InlineData("post_processor", """{"type": "BertProcessing", "sep": ["a", 1], "cls": ["b", 2]}""")]
    [InlineData("model.type", "\"Unigram\"")]
    [InlineData("model.ignore_merges", "true")]
    [InlineData("model.byte_fallback", "true")]
    public void A_pipeline_that_is_not_followed_is_refused_by_name_and_one_of_a_models_own_class_is_that_models(string place, string value)
    {
        Copy("models/tiny-gpt2", config => config["tokenizer_class"] = "TokenizersBackend", place, value);
        var refusal = Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(_folder));
        Assert.Contains("tokenizer.json", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(_folder));
        if (place is not ("model.type" or "post_processor"))
        {
            Copy("models/tiny-gpt2", _ => { }, place, value);
            Assert.Equal(TransformerTokenizer.FromModelFolder(Path.Combine(Golden, "models/tiny-gpt2")).Encode("A red circle"), TransformerTokenizer.FromModelFolder(_folder).Encode("A red circle"));
        }
    }

    [Fact]
    public void Another_tokenizer_than_the_one_that_is_asked_for_is_refused()
    {
        Copy("models/tiny-roberta", config => config["tokenizer_class"] = "PreTrainedTokenizerFast");
        Assert.Contains("roberta", Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(_folder)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, "tokenizer.json"));
        Assert.Contains("tokenizer.json", Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(_folder)).Message, StringComparison.Ordinal);
    }

    private void Copy(string model, Action<JsonObject> edit, string? place = null, string? value = null)
    {
        var source = Path.Combine(Golden, model);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "tokenizer_config.json")))!.AsObject();
        edit(config);
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config.ToJsonString());
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "tokenizer.json")))!.AsObject();
        if (place is not null)
        {
            var parts = place.Split('.');
            var parent = parts.Length == 1 ? json : json[parts[0]]!.AsObject();
            parent[parts[^1]] = JsonNode.Parse(value!);
        }

        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), json.ToJsonString());
    }
}
