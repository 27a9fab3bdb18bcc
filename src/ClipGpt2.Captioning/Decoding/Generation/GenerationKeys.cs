using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Decoding.Generation;

/// <summary>The keys of Hugging Face's <c>GenerationConfig</c>: which option each is, and which say nothing of the text.</summary>
internal static class GenerationKeys
{
    public const string EndTokens = "eos_token_id";

    /// <summary>What a text begins with where visual tokens are read beside it: the first of these that is there.</summary>
    public static readonly string[] StartTokens = ["decoder_start_token_id", "bos_token_id"];

    private static readonly Dictionary<string, (string Option, Action<DecodingOptions, GenerationValue> Set)> Known = new(StringComparer.Ordinal)
    {
        [EndTokens] = (nameof(DecodingOptions.EndTokenIds), (o, v) => o.EndTokenIds = v.EndTokens()),
        ["pad_token_id"] = (nameof(DecodingOptions.PadTokenId), (o, v) => o.PadTokenId = v.TokenOrNone()),
        ["max_new_tokens"] = (nameof(DecodingOptions.MaxNewTokens), (o, v) => o.MaxNewTokens = v.Integer()),
        ["max_length"] = (nameof(DecodingOptions.MaxLength), (o, v) => o.MaxLength = v.Integer()),
        ["min_new_tokens"] = (nameof(DecodingOptions.MinNewTokens), (o, v) => o.MinNewTokens = Math.Max(0, v.Integer())),
        ["min_length"] = (nameof(DecodingOptions.MinLength), (o, v) => o.MinLength = Math.Max(0, v.Integer())),
        ["stop_strings"] = (nameof(DecodingOptions.StopStrings), (o, v) => o.StopStrings = v.Texts()),
        ["num_beams"] = (nameof(DecodingOptions.Beams), (o, v) => o.Beams = v.Integer()),
        ["num_beam_groups"] = (nameof(DecodingOptions.BeamGroups), (o, v) => o.BeamGroups = v.Integer()),
        ["diversity_penalty"] = (nameof(DecodingOptions.DiversityPenalty), (o, v) => o.DiversityPenalty = v.Number()),
        ["num_return_sequences"] = (nameof(DecodingOptions.ReturnedSequences), (o, v) => o.ReturnedSequences = v.Integer()),
        ["length_penalty"] = (nameof(DecodingOptions.LengthPenalty), (o, v) => o.LengthPenalty = v.Number()),
        ["early_stopping"] = (nameof(DecodingOptions.EarlyStopping), (o, v) => o.EarlyStopping = v.Stopping()),
        ["force_words_ids"] = (nameof(DecodingOptions.RequiredWords), (o, v) => o.RequiredWords = v.Words()),
        ["repetition_penalty"] = (nameof(DecodingOptions.RepetitionPenalty), (o, v) => o.RepetitionPenalty = v.Number()),
        ["no_repeat_ngram_size"] = (nameof(DecodingOptions.NoRepeatNgramSize), (o, v) => o.NoRepeatNgramSize = Math.Max(0, v.Integer())),
        ["bad_words_ids"] = (nameof(DecodingOptions.BadWords), (o, v) => o.BadWords = v.Phrases()),
        ["sequence_bias"] = (nameof(DecodingOptions.SequenceBiases), (o, v) => o.SequenceBiases = v.Biases()),
        ["suppress_tokens"] = (nameof(DecodingOptions.SuppressedTokens), (o, v) => o.SuppressedTokens = v.TokensThatAre()),
        ["begin_suppress_tokens"] = (nameof(DecodingOptions.BeginSuppressedTokens), (o, v) => o.BeginSuppressedTokens = v.TokensThatAre()),
        ["forced_bos_token_id"] = (nameof(DecodingOptions.ForcedBosTokenId), (o, v) => o.ForcedBosTokenId = v.Token()),
        ["forced_eos_token_id"] = (nameof(DecodingOptions.ForcedEosTokenId), (o, v) => o.ForcedEosTokenId = v.Token()),
        ["exponential_decay_length_penalty"] = (nameof(DecodingOptions.ExponentialDecay), (o, v) => o.ExponentialDecay = v.Decay()),
        ["remove_invalid_values"] = (nameof(DecodingOptions.RemoveInvalidValues), (o, v) => o.RemoveInvalidValues = v.Flag()),
        ["renormalize_logits"] = (nameof(DecodingOptions.RenormalizeLogits), (o, v) => o.RenormalizeLogits = v.Flag()),
        ["do_sample"] = (nameof(DecodingOptions.Sample), (o, v) => o.Sample = v.Flag()),
        ["temperature"] = (nameof(DecodingOptions.Temperature), (o, v) => o.Temperature = v.Number()),
        ["top_k"] = (nameof(DecodingOptions.TopK), (o, v) => o.TopK = v.Integer()),
        // The reference takes what lies beyond the range in which these act as if it weren't there.
        ["top_p"] = (nameof(DecodingOptions.TopP), (o, v) => o.TopP = Math.Min(1, v.Number())),
        ["typical_p"] = (nameof(DecodingOptions.TypicalP), (o, v) => o.TypicalP = Math.Min(1, v.Number())),
        ["min_p"] = (nameof(DecodingOptions.MinP), (o, v) => o.MinP = v.Number()),
        ["epsilon_cutoff"] = (nameof(DecodingOptions.EpsilonCutoff), (o, v) => o.EpsilonCutoff = Inside(v.Number())),
        ["eta_cutoff"] = (nameof(DecodingOptions.EtaCutoff), (o, v) => o.EtaCutoff = Inside(v.Number())),
    };

    /// <summary>What asks for a search that this library hasn't, unless it is as given here.</summary>
    private static readonly Dictionary<string, Func<GenerationValue, bool>> Foreign = new(StringComparer.Ordinal)
    {
        ["penalty_alpha"] = v => v.Number() == 0,
        ["guidance_scale"] = v => v.Number() == 1,
        ["dola_layers"] = _ => false,
        ["watermarking_config"] = _ => false,
        ["constraints"] = _ => false,
    };

    /// <summary>What says nothing of the text of a decoder that continues from vectors, by name or by the beginning of the name.</summary>
    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal)
    {
        "transformers_version", "use_cache", "bos_token_id", "decoder_start_token_id", "encoder_no_repeat_ngram_size", "encoder_repetition_penalty",
        "cache_implementation", "cache_config", "low_memory", "prefill_chunk_size", "compile_config", "disable_compile", "is_assistant", "num_assistant_tokens",
        "num_assistant_tokens_schedule", "prompt_lookup_num_tokens", "max_matching_ngram_size", "target_lookbehind", "token_healing", "generation_kwargs",
        "trust_remote_code", "task_specific_params",
    };

    private static readonly string[] SilentBeginnings = ["_", "output_", "return_", "assistant_"];

    /// <summary>Reads all keys that are options.</summary>
    /// <returns>The options' keys with their values, and the keys that aren't known.</returns>
    /// <exception cref="CheckpointFormatException">A value is wrong, or asks for a search that there isn't.</exception>
    public static (JsonObject Read, IReadOnlyList<string> Unknown) Read(ConfigSection section, int vocabularySize, DecodingOptions options)
    {
        var read = new JsonObject();
        var unknown = new List<string>();
        foreach (var name in section.Names.Distinct(StringComparer.Ordinal))
        {
            var value = section.Has(name) ? new GenerationValue(section, name, vocabularySize) : null;
            if (Known.TryGetValue(name, out var key))
            {
                if (value is not null)
                {
                    key.Set(options, value);
                    read[name] = value.ToNode();
                }
            }
            else if (Foreign.TryGetValue(name, out var isOff))
            {
                RefuseForeign(value, isOff);
            }
            else if (!IsSilent(name))
            {
                unknown.Add(name);
            }
        }

        return (read, unknown);
    }

    /// <summary>The key of an option by its name here; of one that has none, its name in the same form.</summary>
    public static string KeyOf(string option) => FindKey(option) ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(option);

    /// <summary>The key of an option; null if it has none, or there is no such option.</summary>
    public static string? FindKey(string option) => Known.FirstOrDefault(key => key.Value.Option == option).Key;

    /// <summary>Whether a key is read, passed over or refused: not told as unknown.</summary>
    public static bool IsKnown(string key) => Known.ContainsKey(key) || Foreign.ContainsKey(key) || IsSilent(key);

    private static bool IsSilent(string name) => Silent.Contains(name) || Array.Exists(SilentBeginnings, start => name.StartsWith(start, StringComparison.Ordinal));

    private static void RefuseForeign(GenerationValue? value, Func<GenerationValue, bool> isOff)
    {
        if (value is not null && !isOff(value))
        {
            throw value.Wrong("asks for a search that this library hasn't: take it out to search with the others");
        }
    }

    private static double Inside(double number) => number is > 0 and < 1 ? number : 0;
}
