using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Weights;

/// <summary>The tables of configuration keys: whatever transformers writes is in them, and what would change numbers unheeded is refused.</summary>
public sealed class ConfigKeysTests
{
    private static readonly Dictionary<string, Action<ConfigSection>> Readers = new()
    {
        ["gpt2"] = config => Gpt2Config.Read(config),
        ["clip"] = config => ClipConfig.Vision(config),
        ["clip_vision_model"] = config => ClipConfig.Vision(config),
        ["clip_text_model"] = config => ClipTextConfig.Read(config, 32),
        ["bert"] = config => BertConfig.Read(config),
        ["roberta"] = config => BertConfig.Read(config),
        ["siglip"] = config => SiglipConfig.Vision(config),
        ["siglip_vision_model"] = config => SiglipConfig.Vision(config),
        ["vit"] = config => VitConfig.Read(config),
        ["deit"] = config => VitConfig.Read(config),
        ["siglip_text_model"] = config => SiglipTextConfig.Read(config),
    };

    public static TheoryData<string> Files => new(Directory.EnumerateFiles(Path.Combine(SampleCaptioner.Repository, "tests", "golden"), "config.json", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(SampleCaptioner.Repository, file)));

    public static TheoryData<string, string> RefusedKeys => new(from kind in Readers.Keys from key in ConfigKeys.RefusedBy(kind) select (kind, key));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_key_that_transformers_writes_is_in_a_table(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(SampleCaptioner.Repository, file)))!.AsObject();
        Assert.Equal([], Unknown(json, (string?)json["model_type"] ?? "gpt2"));
    }

    [Theory]
    [MemberData(nameof(RefusedKeys))]
    public void What_would_change_the_numbers_and_is_not_heeded_is_refused_by_name_where_it_is_on(string kind, string key)
    {
        foreach (var (value, isRefused) in new (string, bool)[] { ("true", true), ("""{"0": [1]}""", true), ("false", false), ("null", false), ("{}", false) })
        {
            var config = Section($$"""{"model_type": "{{kind}}", "vision_config": {}, "text_config": {}, "{{key}}": {{value}}}""");
            if (isRefused)
            {
                Assert.Contains($"$.{key}", Assert.Throws<CheckpointFormatException>(() => Readers[kind](config)).Message, StringComparison.Ordinal);
            }
            else
            {
                Readers[kind](config);
            }
        }
    }

    [Fact]
    public void The_tables_of_the_documentation_are_those_of_the_code()
    {
        var text = File.ReadAllText(Path.Combine(SampleCaptioner.Repository, "docs", "checkpoints.md"));
        var keys = Readers.Keys.SelectMany(kind => ConfigKeys.HeededKeys(kind).Concat(ConfigKeys.RefusedBy(kind))).Distinct();
        Assert.Equal([], keys.Where(key => !text.Contains($"`{key}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_towers_own_section_is_looked_at_too()
    {
        var vision = Section("""{"model_type": "clip", "vision_config": {"quantization_config": {"bits": 4}}, "text_config": {}}""");
        Assert.Contains("vision_config.quantization_config", Assert.Throws<CheckpointFormatException>(() => ClipConfig.Vision(vision)).Message, StringComparison.Ordinal);
        var text = Section("""{"model_type": "siglip", "vision_config": {}, "text_config": {"pruned_heads": {"0": [1]}}}""");
        Assert.Contains("text_config.pruned_heads", Assert.Throws<CheckpointFormatException>(() => SiglipConfig.Text(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gpt2_is_read_by_the_other_models_names_of_its_sizes_which_go_first()
    {
        var config = Gpt2Config.Read(Section("""{"model_type": "gpt2", "hidden_size": 32, "n_embd": 48, "num_attention_heads": 2, "n_head": 6, "num_hidden_layers": 3, "max_position_embeddings": 96}"""));
        Assert.Equal((32, 2, 3, 96), (config.HiddenSize, config.Heads, config.Layers, config.Positions));
    }

    private static ConfigSection Section(string json) => ConfigSection.Parse("config.json", Encoding.UTF8.GetBytes(json));

    private static IEnumerable<string> Unknown(JsonObject json, string kind) =>
    [
        .. from member in json
           let inner = member.Value as JsonObject
           let section = inner?["model_type"] is { } type && Readers.ContainsKey((string)type!) ? (string)type! : null
           from key in section is not null ? Unknown(inner!, section) : Readers.ContainsKey(kind) && !ConfigKeys.Has(kind, member.Key) && !GenerationKeys.IsKnown(member.Key) ? [$"{kind}: {member.Key}"] : (IEnumerable<string>)[]
           select key,
    ];
}
