using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>What <c>generation_config.json</c>, or without it <c>config.json</c>, says of the search, and who goes before it.</summary>
public sealed class GenerationConfigTests
{
    /// <summary>All attributes of <c>GenerationConfig</c> in transformers 5.</summary>
    private static readonly string[] KeysOfTransformers =
    [
        "max_length", "max_new_tokens", "min_length", "min_new_tokens", "early_stopping", "max_time", "stop_strings", "do_sample", "num_beams", "use_cache", "cache_implementation",
        "cache_config", "temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff", "repetition_penalty", "encoder_repetition_penalty",
        "length_penalty", "no_repeat_ngram_size", "bad_words_ids", "renormalize_logits", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
        "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "sequence_bias", "token_healing", "guidance_scale", "watermarking_config",
        "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate", "pad_token_id", "bos_token_id",
        "eos_token_id", "encoder_no_repeat_ngram_size", "decoder_start_token_id", "is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule",
        "assistant_confidence_threshold", "prompt_lookup_num_tokens", "max_matching_ngram_size", "assistant_early_exit", "assistant_lookbehind", "target_lookbehind", "compile_config",
        "disable_compile", "low_memory", "penalty_alpha", "dola_layers", "diversity_penalty", "num_beam_groups", "constraints", "force_words_ids", "prefill_chunk_size",
        "_from_model_config", "transformers_version", "generation_kwargs",
    ];

    /// <summary>Those that change a text, or when it ends, and are only told.</summary>
    private static readonly string[] Told = ["max_time", "top_h"];

    public static TheoryData<string, string> WrongValues => new()
    {
        { "num_beams", "\"4\"" }, { "num_beams", "2.0" }, { "num_beams", "0" }, { "max_new_tokens", "0" }, { "early_stopping", "\"maybe\"" }, { "eos_token_id", "[]" },
        { "eos_token_id", "99999" }, { "eos_token_id", "-1" }, { "eos_token_id", "[0, 99999]" }, { "eos_token_id", "\"0\"" }, { "bad_words_ids", "[5]" }, { "bad_words_ids", "[[]]" },
        { "repetition_penalty", "0" }, { "forced_eos_token_id", "99999" }, { "suppress_tokens", "5" }, { "penalty_alpha", "0.6" }, { "guidance_scale", "1.5" }, { "stop_strings", "[1]" },
        { "sequence_bias", "[[[1]]]" }, { "length_penalty", "\"1\"" }, { "do_sample", "\"yes\"" }, { "exponential_decay_length_penalty", "[1]" },
    };

    [Fact]
    public void Every_key_of_transformers_is_read_refused_passed_over_or_told() =>
        Assert.Equal(Told.Order(), KeysOfTransformers.Where(key => !GenerationKeys.IsKnown(key)).Order());

    [Fact]
    public void What_nobody_else_says_the_file_says_and_what_it_does_not_say_is_the_librarys()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "num_beams": 3, "max_new_tokens": 4, "no_repeat_ngram_size": 2}""");
        using var captioner = copy.Load();
        Assert.Equal(4, captioner.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count);
        AssertSays(captioner, null, ("num_beams", 3, "generation_config.json"), ("max_new_tokens", 4, "generation_config.json"), ("length_penalty", 1.0, "default"));
    }

    [Fact]
    public void The_call_goes_before_the_captioner_and_that_before_the_file()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "num_beams": 3, "max_new_tokens": 4, "repetition_penalty": 1.5}""");
        using var captioner = copy.Load(new CaptionerOptions { Decoding = { Beams = 5, MaxNewTokens = 6 } });
        var call = new CaptionOptions { Decoding = new DecodingOptions { MaxNewTokens = 2 } };
        Assert.Equal(6, captioner.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count);
        Assert.Equal(2, captioner.Caption(SampleCaptioner.Images[0], call).Best.Sequence.TokenIds.Count);
        AssertSays(captioner, call, ("num_beams", 5, "captioner"), ("max_new_tokens", 2, "call"), ("repetition_penalty", 1.5, "generation_config.json"));
    }

    [Fact]
    public void An_explicit_5_is_not_the_default_5()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "num_beams": 1, "no_repeat_ngram_size": 1}""");
        using var plain = copy.Load();
        using var five = copy.Load(new CaptionerOptions { Decoding = { Beams = 5 } });
        var watched = new BeamCount();
        five.Caption(SampleCaptioner.Images[0], new CaptionOptions { Decoding = new DecodingOptions { Observer = watched } });
        Assert.Equal(5, watched.Beams);
        watched = new BeamCount();
        plain.Caption(SampleCaptioner.Images[0], new CaptionOptions { Decoding = new DecodingOptions { Observer = watched } });
        Assert.Equal(1, watched.Beams);
    }

    [Fact]
    public async Task A_stream_searches_without_beams_whatever_the_file_says()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 0.5, "num_return_sequences": 2, "max_new_tokens": 5}""");
        using var captioner = copy.Load();
        Assert.NotEmpty(await captioner.StreamAsync(SampleCaptioner.Images[0], token: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ClipCaps_searches_ask_no_model()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "repetition_penalty": 1.5, "do_sample": true, "max_new_tokens": 2}""");
        using var captioner = copy.Load(new CaptionerOptions { Decoding = { Strategy = DecodingStrategy.ClipCapGreedy } });
        Assert.True(captioner.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count > 2);
        AssertSays(captioner, null, ("do_sample", false, "default"), ("max_new_tokens", 25, "default"));
    }

    [Theory]
    [InlineData("[0, 14]", new[] { 0, 14 })]
    [InlineData("14", new[] { 14 })]
    [InlineData("null", new int[0])]
    public void Without_the_file_config_json_names_the_end_tokens(string value, int[] expected)
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration(null);
        copy.Edit("decoder/config.json", ("eos_token_id", System.Text.Json.Nodes.JsonNode.Parse(value)), ("num_beams", 2));
        var (config, log) = Read(copy);
        Assert.Equal(expected, config.Options.EndTokenIds);
        Assert.Equal(2, config.Options.Beams);
        Assert.Equal(expected.Length == 0, log.Lines.Any(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("no end token", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"max_new_tokens": 9}""")]
    [InlineData("{}")]
    [InlineData("""{"eos_token_id": null}""")]
    public void With_the_file_nothing_of_config_json_counts(string file)
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration(file);
        copy.Edit("decoder/config.json", ("eos_token_id", 14), ("num_beams", 2));
        var (config, log) = Read(copy);
        Assert.Equal([], config.Options.EndTokenIds!);
        Assert.Null(config.Options.Beams);
        Assert.Contains(log.Lines, line => line.Contains("no end token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(50257, new[] { 50256 })]
    [InlineData(560, new int[0])]
    public void The_published_end_token_is_assumed_only_where_nobody_says_anything_and_the_vocabulary_has_it(int vocabulary, int[] expected)
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration(null);
        copy.Remove("decoder/config.json", "eos_token_id");
        Assert.Equal(expected, Read(copy, vocabulary).Config.Options.EndTokenIds);
        copy.SetGeneration("{}");
        Assert.Equal([], Read(copy, vocabulary).Config.Options.EndTokenIds!);
    }

    [Fact]
    public void A_file_that_is_not_JSON_counts_as_none_and_that_is_told()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("{");
        copy.Edit("decoder/config.json", ("eos_token_id", 14));
        var (config, log) = Read(copy);
        Assert.Equal([14], config.Options.EndTokenIds!);
        Assert.Contains(log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("isn't JSON", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void A_wrong_value_is_refused_with_its_file_and_key(string key, string value)
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration($"{{\"{key}\": {value}}}");
        var message = Assert.Throws<CheckpointFormatException>(() => copy.Load()).Message;
        Assert.Contains("generation_config.json", message, StringComparison.Ordinal);
        Assert.Contains(key, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_that_the_file_has_to_do_with_says_so()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "num_beams": 4, "num_return_sequences": 3}""");
        using var captioner = copy.Load();
        var message = Assert.Throws<CaptioningException>(() => captioner.Caption(SampleCaptioner.Images[0], new CaptionOptions { Decoding = new DecodingOptions { Beams = 2 } })).Message;
        Assert.Contains("generation_config.json", message, StringComparison.Ordinal);
        Assert.Contains("num_return_sequences", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_keys_are_told_once_and_those_without_effect_are_not()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": 0, "mystery": 1, "riddle": null, "_from_model_config": true, "transformers_version": "9.0", "use_cache": false, "output_scores": true, "return_dict_in_generate": true}""");
        var log = new ListLogger<Captioner>();
        using var captioner = copy.Load(log: log);
        captioner.Caption(SampleCaptioner.Images[0]);
        var line = Assert.Single(log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.EndsWith("mystery, riddle", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_saved_takes_along_what_it_was_told()
    {
        using var copy = new CaptionerCopy();
        copy.SetGeneration("""{"eos_token_id": [0, 14], "num_beams": 3}""");
        using var folder = copy.OpenDecoder();
        using var model = ClipGpt2.Captioning.Decoding.Gpt2.Gpt2Model.Load(folder, new() { Trainable = true });
        model.Save(copy.PathOf("saved"));
        using var saved = ModelFolder.Open(copy.PathOf("saved"));
        var config = GenerationConfig.Read(saved, model.VocabularySize, new ListLogger<Captioner>());
        Assert.Equal([0, 14], config.Options.EndTokenIds!);
        Assert.Equal(3, config.Options.Beams);
    }

    private static (GenerationConfig Config, ListLogger<Captioner> Log) Read(CaptionerCopy copy, int vocabulary = 560)
    {
        var log = new ListLogger<Captioner>();
        using var folder = copy.OpenDecoder();
        return (GenerationConfig.Read(folder, vocabulary, log), log);
    }

    private static void AssertSays(Captioner captioner, CaptionOptions? call, params (string Key, object Value, string Source)[] expected)
    {
        var settings = captioner.DescribeDecoding(call).ToDictionary(setting => setting.Key);
        Assert.All(expected, e => Assert.Equal((e.Value, e.Source), (settings[e.Key].Value, settings[e.Key].Source)));
    }

    private sealed class BeamCount : IDecodingObserver
    {
        public int Beams { get; private set; }

        public void OnScores(in StepScores scores) => Beams = Math.Max(Beams, scores.Beam + 1);
    }
}
