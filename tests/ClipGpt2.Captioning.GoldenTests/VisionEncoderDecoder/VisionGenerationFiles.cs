using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>What the files of a vision encoder-decoder say of a search, with what a case changes in them.</summary>
internal sealed class VisionGenerationFiles
{
    /// <summary>What transformers 4.53 takes for unset where a file of an earlier version says it.</summary>
    private static readonly JsonObject Defaults = JsonNode.Parse(
        """{"num_beams":1,"max_length":20,"min_length":0,"early_stopping":false,"length_penalty":1.0,"do_sample":false,"no_repeat_ngram_size":0,"repetition_penalty":1.0,"num_return_sequences":1,"num_beam_groups":1,"diversity_penalty":0.0,"temperature":1.0,"top_k":50,"top_p":1.0}""")!.AsObject();

    private readonly JsonObject _said;
    private readonly bool _isFourth;

    public VisionGenerationFiles(string model, JsonElement? overlay, ModelCompatibility compatibility)
    {
        _isFourth = compatibility == ModelCompatibility.Transformers4;
        var config = Load(Path.Combine(model, "config.json"))!;
        var generation = Load(Path.Combine(model, "generation_config.json"));
        if (overlay is { } changes)
        {
            Merge(config, changes, "config");
            Merge(config["decoder"]!.AsObject(), changes, "decoder");
            generation = changes.TryGetProperty("generation_config", out var other) ? JsonNode.Parse(other.GetRawText())?.AsObject() : generation;
        }

        _said = generation ?? Joined(config, config["decoder"]!.AsObject());
    }

    /// <summary>The options that the files set, and the start token; a length that counts as unset isn't among them.</summary>
    public DecodingOptions Options(int vocabularySize)
    {
        var options = new DecodingOptions();
        var section = ConfigSection.Parse("generation_config.json", Encoding.UTF8.GetBytes(_said.ToJsonString()));
        GenerationKeys.Read(section, vocabularySize, options);
        options.EndTokenIds ??= [];
        options.StartTokenId = Array.Find(GenerationKeys.StartTokens, section.Has) is { } name ? section.Int(name) : null;
        options.MaxLength = _isFourth && options.MaxLength == 20 ? null : options.MaxLength;
        return options;
    }

    /// <summary>The top of the configuration, and for each key that is unset there its decoder part.</summary>
    private JsonObject Joined(JsonObject top, JsonObject decoder)
    {
        var joined = new JsonObject();
        foreach (var (name, value) in decoder.Concat(top.Where(key => !IsUnset(key.Key, key.Value))))
        {
            joined[name] = value?.DeepClone();
        }

        return joined;
    }

    private bool IsUnset(string name, JsonNode? value) =>
        value is null || (_isFourth && Defaults[name] is { } standard && JsonNode.DeepEquals(standard, value));

    private static void Merge(JsonObject target, JsonElement overlay, string part)
    {
        if (overlay.TryGetProperty(part, out var changes))
        {
            foreach (var change in changes.EnumerateObject())
            {
                target[change.Name] = JsonNode.Parse(change.Value.GetRawText());
            }
        }
    }

    private static JsonObject? Load(string file) => File.Exists(file) ? JsonNode.Parse(File.ReadAllBytes(file))!.AsObject() : null;
}
