using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Decoding.Generation;

/// <summary>How the program that a captioner comes from searches captions: it goes before what the model's folder says, and after all callers.</summary>
/// <remarks>
/// It is kept as JSON with the keys of Hugging Face's <c>GenerationConfig</c> and <c>strategy</c>, a <see cref="DecodingStrategy"/>, so that a captioner's
/// folder and a checkpoint hand it on as they got it.
/// </remarks>
internal sealed class ProgramSearch
{
    /// <summary>Its key in <c>captioner.json</c> and in a checkpoint's metadata.</summary>
    public const string Section = "search";

    private const string Strategy = "strategy";

    private ProgramSearch(DecodingOptions options, JsonObject json, string source) => (Options, Json, Source) = (options, json, source);

    /// <summary>What it says.</summary>
    public DecodingOptions Options { get; }

    /// <summary>The same as JSON.</summary>
    public JsonObject Json { get; }

    /// <summary>Who says it: <c>checkpoint</c>, or <c>captioner.json</c>.</summary>
    public string Source { get; }

    /// <summary>The reference program's: what its <c>InferencePipeline</c> gives to <c>generate</c>.</summary>
    public static ProgramSearch Reference(string source) => Parse("""{ "num_beams": 5, "early_stopping": true, "max_length": 30 }""", source);

    /// <summary>ClipCap's: <c>generate2</c> of its <c>predict.py</c>, which is what that runs unless beams are asked for, with its defaults.</summary>
    public static ProgramSearch ClipCap(string source) => Parse("""{ "strategy": "clip_cap_greedy", "max_new_tokens": 67, "stop_strings": ["."] }""", source);

    /// <summary>Reads a section of a file.</summary>
    /// <exception cref="CheckpointFormatException">A key isn't known, or a value is wrong.</exception>
    public static ProgramSearch Read(ConfigSection section, string source)
    {
        var options = new DecodingOptions();

        // Token ids are held against the vocabulary when it is known, at the first search.
        var (_, unknown) = GenerationKeys.Read(section, int.MaxValue, options);
        options.Strategy = section.Has(Strategy) ? StrategyOf(section) : null;
        if (unknown.FirstOrDefault(key => key != Strategy) is { } key)
        {
            throw section.Error(key, "is no option of a search that this library knows: take it out, or use a later version");
        }

        var errors = DecodingOptionsValidator.Errors(options).ToList();
        return errors.Count == 0 ? new(options, section.ToJson(), source) : throw section.Error(Strategy, $"and the keys beside it can't be followed: {string.Join(" ", errors)}");
    }

    private static ProgramSearch Parse(string json, string source) => Read(ConfigSection.Parse(Section, Encoding.UTF8.GetBytes(json)), source);

    private static DecodingStrategy StrategyOf(ConfigSection section)
    {
        var name = section.Text(Strategy);
        var strategies = Enum.GetValues<DecodingStrategy>().ToDictionary(strategy => JsonNamingPolicy.SnakeCaseLower.ConvertName(strategy.ToString()));
        return strategies.TryGetValue(name, out var strategy) ? strategy : throw section.Error(Strategy, $"is '{name}', and must be one of {string.Join(", ", strategies.Keys)}");
    }
}
