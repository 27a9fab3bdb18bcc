using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Weights;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>Keyword arguments of Hugging Face's <c>generate</c> as decoding options.</summary>
internal static class GenerateOptions
{
    /// <summary>The reference's defaults with what the arguments change.</summary>
    public static DecodingOptions Read(JsonElement arguments, ModelCompatibility compatibility)
    {
        var options = ReferenceDefaults.For(compatibility, ReadArguments(arguments), new DecodingOptions());
        options.Trace = true;
        return options;
    }

    /// <summary>The arguments alone. End tokens that are null are set, and mean none; all else that is null isn't set.</summary>
    public static DecodingOptions ReadArguments(JsonElement arguments)
    {
        var options = new DecodingOptions();
        foreach (var argument in arguments.EnumerateObject())
        {
            if (argument is { Name: "eos_token_id", Value.ValueKind: JsonValueKind.Null })
            {
                options.EndTokenIds = [];
            }
            else if (argument.Value.ValueKind == JsonValueKind.Null && IsKnown(argument.Name))
            {
                continue; // the same as nothing
            }
            else if (!Set(options, argument))
            {
                throw new XunitException($"The test does not know the option '{argument.Name}'.");
            }
        }

        return options;
    }

    /// <summary>Whether the test knows an option by its name.</summary>
    public static bool IsKnown(string name)
    {
        try
        {
            using var json = JsonDocument.Parse($"{{\"{name}\":null}}");
            return Set(new DecodingOptions(), json.RootElement.EnumerateObject().Single());
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static bool Set(DecodingOptions options, JsonProperty argument) =>
        SetLength(options, argument) || SetSearch(options, argument) || SetScores(options, argument) || SetSampling(options, argument);

    private static bool SetLength(DecodingOptions options, JsonProperty argument)
    {
        switch (argument.Name)
        {
            case "max_new_tokens": options.MaxNewTokens = argument.Value.GetInt32(); break;
            case "max_length": options.MaxLength = argument.Value.GetInt32(); break;
            case "min_new_tokens": options.MinNewTokens = argument.Value.GetInt32(); break;
            case "min_length": options.MinLength = argument.Value.GetInt32(); break;
            case "eos_token_id": options.EndTokenIds = Arguments.Ids(argument.Value); break;
            case "pad_token_id": options.PadTokenId = argument.Value.GetInt32(); break;
            case "stop_strings": options.StopStrings = Texts(argument.Value); break;
            default: return false;
        }

        return true;
    }

    private static bool SetSearch(DecodingOptions options, JsonProperty argument)
    {
        switch (argument.Name)
        {
            case "num_beams": options.Beams = argument.Value.GetInt32(); break;
            case "num_beam_groups": options.BeamGroups = argument.Value.GetInt32(); break;
            case "diversity_penalty": options.DiversityPenalty = argument.Value.GetDouble(); break;
            case "num_return_sequences": options.ReturnedSequences = argument.Value.GetInt32(); break;
            case "length_penalty": options.LengthPenalty = argument.Value.GetDouble(); break;
            case "early_stopping": options.EarlyStopping = Stopping(argument.Value); break;
            case "use_cache": break; // The reference overrules it where it is given embeddings.
            case "force_words_ids": options.RequiredWords = [.. argument.Value.EnumerateArray().Select(Word)]; break;
            default: return false;
        }

        return true;
    }

    private static bool SetScores(DecodingOptions options, JsonProperty argument)
    {
        switch (argument.Name)
        {
            case "repetition_penalty": options.RepetitionPenalty = argument.Value.GetDouble(); break;
            case "no_repeat_ngram_size": options.NoRepeatNgramSize = argument.Value.GetInt32(); break;
            case "bad_words_ids": options.BadWords = Arguments.Lists(argument.Value); break;
            case "sequence_bias": options.SequenceBiases = Biases(argument.Value); break;
            case "suppress_tokens": options.SuppressedTokens = Arguments.Ids(argument.Value); break;
            case "begin_suppress_tokens": options.BeginSuppressedTokens = Arguments.Ids(argument.Value); break;
            case "forced_bos_token_id": options.ForcedBosTokenId = argument.Value.GetInt32(); break;
            case "forced_eos_token_id": options.ForcedEosTokenId = argument.Value.GetInt32(); break;
            case "exponential_decay_length_penalty": options.ExponentialDecay = Decay(argument.Value); break;
            case "remove_invalid_values": options.RemoveInvalidValues = argument.Value.GetBoolean(); break;
            case "renormalize_logits": options.RenormalizeLogits = argument.Value.GetBoolean(); break;
            default: return false;
        }

        return true;
    }

    private static bool SetSampling(DecodingOptions options, JsonProperty argument)
    {
        switch (argument.Name)
        {
            case "do_sample": options.Sample = argument.Value.GetBoolean(); break;
            case "temperature": options.Temperature = argument.Value.GetDouble(); break;
            case "top_k": options.TopK = argument.Value.GetInt32(); break;
            case "top_p": options.TopP = argument.Value.GetDouble(); break;
            case "min_p": options.MinP = argument.Value.GetDouble(); break;
            case "typical_p": options.TypicalP = argument.Value.GetDouble(); break;
            case "epsilon_cutoff": options.EpsilonCutoff = argument.Value.GetDouble(); break;
            case "eta_cutoff": options.EtaCutoff = argument.Value.GetDouble(); break;
            default: return false;
        }

        return true;
    }

    public static SequenceBias[] Biases(JsonElement json) => [.. json.EnumerateArray().Select(b => new SequenceBias(Arguments.Ids(b[0]), b[1].GetSingle()))];

    public static LengthDecay Decay(JsonElement json) => new(json[0].GetInt32(), json[1].GetDouble());

    private static string[] Texts(JsonElement json) => json.ValueKind == JsonValueKind.String ? [json.GetString()!] : [.. json.EnumerateArray().Select(t => t.GetString()!)];

    /// <summary>A list is a phrase, a list of lists is a choice of phrases.</summary>
    private static RequiredWord Word(JsonElement json) => json[0].ValueKind == JsonValueKind.Array ? new RequiredWord(Arguments.Lists(json)) : new RequiredWord(Arguments.Ids(json));

    public static EarlyStopping Stopping(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => EarlyStopping.WhenFull,
        JsonValueKind.False => EarlyStopping.Heuristic,
        _ => json.GetString() == "never" ? EarlyStopping.Never : (EarlyStopping)(-1),
    };
}
