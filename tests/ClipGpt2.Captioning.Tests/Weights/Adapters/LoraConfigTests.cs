using System.Text;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Tests.Weights.Adapters;

public sealed class LoraConfigTests
{
    private static readonly LoraMatrix[] Matrices =
    [
        .. Enumerable.Range(0, 3).SelectMany(i => (string[])[$"transformer.h.{i}.attn.c_attn", $"transformer.h.{i}.attn.c_proj", $"transformer.h.{i}.mlp.c_fc", $"transformer.h.{i}.mlp.c_proj"])
            .Select(name => new LoraMatrix(name, 4, 4)),
    ];

    [Theory]
    [InlineData("\"use_dora\": true", "use_dora is set")]
    [InlineData("\"modules_to_save\": [\"wte\"]", "modules_to_save is set")]
    [InlineData("\"layer_replication\": [[0, 2]]", "layer_replication is set")]
    [InlineData("\"layers_to_transform\": [1]", "layers_to_transform is set")]
    [InlineData("\"layers_to_transform\": 0", "layers_to_transform is set")]
    [InlineData("\"exclude_modules\": \".*mlp.*\"", "exclude_modules is set")]
    [InlineData("\"exclude_modules\": [\"c_fc\"]", "exclude_modules is set")]
    [InlineData("\"lora_bias\": true", "lora_bias is set")]
    [InlineData("\"use_something_new\": true", "use_something_new is set")]
    [InlineData("\"bias\": \"all\"", "bias is 'all'")]
    [InlineData("\"peft_type\": \"IA3\"", "peft_type is 'IA3' and must be 'LORA'")]
    [InlineData("\"init_lora_weights\": \"pissa\"", "init_lora_weights is 'pissa'")]
    [InlineData("\"r\": 0", "r must be from 1 to 65536, and is 0")]
    [InlineData("\"lora_dropout\": 1", "lora_dropout must be from 0 to below 1")]
    [InlineData("\"target_modules\": 3", "target_modules must be a list of texts")]
    [InlineData("\"rank_pattern\": {\"c_attn\": -1}", "c_attn must be from 1 to 65536, and is -1")]
    public void What_cant_be_done_is_refused_by_name(string field, string message)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => Read(field));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"use_dora\": false, \"modules_to_save\": null, \"layers_to_transform\": [], \"loftq_config\": {}, \"megatron_core\": \"megatron.core\", \"qalora_group_size\": 16")]
    [InlineData("\"init_lora_weights\": \"gaussian\", \"auto_mapping\": {\"base_model_class\": \"GPT2LMHeadModel\"}")]
    public void What_changes_nothing_is_read_over(string fields) => Assert.Equal(8, Read(fields).Rank);

    [Theory]
    [InlineData("[\"c_attn\"]", 3)]
    [InlineData("[\"c_proj\"]", 6)]
    [InlineData("[\"mlp.c_proj\", \"transformer.h.1.attn.c_attn\"]", 4)]
    [InlineData("\"all-linear\"", 12)]
    [InlineData("\".*\\\\.h\\\\.[01]\\\\.(attn|mlp)\\\\.c_proj\"", 4)]
    public void Targets_are_found_as_PEFT_finds_them(string modules, int count) =>
        Assert.Equal(count, new LoraTargets(Read($"\"target_modules\": {modules}"), "here").Among(Matrices).Count);

    [Theory]
    [InlineData("[\"q_proj\"]", "'q_proj'")]
    [InlineData("[\"attn\"]", "'attn'")]
    [InlineData("[]", "nothing")]
    [InlineData("\"c_attn\"", "'c_attn'")]
    public void Targets_of_another_model_are_named(string modules, string named)
    {
        var targets = new LoraTargets(Read($"\"target_modules\": {modules}"), "here");
        Assert.Contains(named, Assert.Throws<CheckpointFormatException>(() => targets.Among(Matrices)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=c_attn).*")]
    public void A_pattern_that_cant_be_used_is_refused(string pattern)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => new LoraTargets(Read($"\"target_modules\": \"{pattern}\""), "here"));
        Assert.Contains($"the pattern '{pattern}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_and_strengths_follow_the_patterns_and_the_first_that_fits_counts()
    {
        var config = Read("\"r\": 4, \"lora_alpha\": 8, \"rank_pattern\": {\"h.1.attn.c_attn\": 16, \"attn.c_attn\": 2}, \"alpha_pattern\": {\"c_proj\": 1}");
        var targets = new LoraTargets(config, "here");
        string[] names = ["transformer.h.0.attn.c_attn", "transformer.h.1.attn.c_attn", "transformer.h.0.mlp.c_fc", "transformer.h.0.mlp.c_proj"];
        Assert.Equal([2, 16, 4, 4], names.Select(targets.RankOf));
        Assert.Equal([4, 0.5, 2, 0.25], names.Select(targets.ScaleOf));
        Assert.Equal(4, new LoraTargets(config with { RankStabilized = true }, "here").ScaleOf("transformer.h.0.mlp.c_fc"));
    }

    /// <summary>PEFT's <c>use_rslora</c>: alpha over the rank's root.</summary>
    [Fact]
    public void Rank_stabilised_adapters_are_read_and_written()
    {
        var config = Read("\"r\": 16, \"lora_alpha\": 8, \"use_rslora\": true");
        Assert.Equal(2, new LoraTargets(config, "here").ScaleOf("transformer.h.0.attn.c_attn"));
        Assert.True((bool)config.ToJson()["use_rslora"]!);
        Assert.Equal(0.5, new LoraTargets(Read("\"r\": 16, \"lora_alpha\": 8"), "here").ScaleOf("transformer.h.0.attn.c_attn"));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var config = new LoraConfig
        {
            Rank = 3, Alpha = 2.5, Dropout = 0.1, RankStabilized = true, TargetModules = ["c_fc", "c_proj"], RankPattern = [new("c_fc", 5)], AlphaPattern = [new("c_proj", 7)], BaseModel = "gpt2",
        };
        var text = config.ToJson().ToJsonString();
        Assert.Equal(text, LoraConfig.Read(ConfigSection.Parse("adapter_config.json", Encoding.UTF8.GetBytes(text))).ToJson().ToJsonString());
    }

    private static LoraConfig Read(string fields)
    {
        var modules = fields.Contains("target_modules", StringComparison.Ordinal) ? "" : ", \"target_modules\": [\"c_attn\"]";
        return LoraConfig.Read(ConfigSection.Parse("adapter_config.json", Encoding.UTF8.GetBytes($"{{{fields}{modules}}}")));
    }
}
