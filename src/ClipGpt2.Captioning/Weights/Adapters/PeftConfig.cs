using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Weights.Adapters;

/// <summary>LoRA's configuration in the form of PEFT's <c>adapter_config.json</c>.</summary>
/// <remarks>Source: PEFT 0.21, <c>LoraConfig</c>.</remarks>
internal static class PeftConfig
{
    public const int MostRank = 1 << 16;

    /// <summary>The folder or id of the model that the adapters belong to, by which PEFT's Auto classes load it.</summary>
    public const string BaseModelName = "base_model_name_or_path";

    private const string Kind = "LORA";

    /// <summary>Fields whose value is read here, or changes nothing about adapters that are trained.</summary>
    private static readonly HashSet<string> Understood =
    [
        "alpha_pattern", "auto_mapping", BaseModelName, "bias", "corda_config", "ensure_weight_tying", "eva_config", "fan_in_fan_out",
        "inference_mode", "init_lora_weights", "loftq_config", "lora_alpha", "lora_dropout", "megatron_core", "peft_type", "peft_version", "r",
        "rank_pattern", "revision", "target_modules", "task_type", "use_rslora",
    ];

    /// <summary>Fields that leave matrices out, whatever kind of value they have.</summary>
    private static readonly string[] Restrictions = ["exclude_modules", "layers_pattern", "layers_to_transform"];

    /// <summary>The first weights that leave the model's own as they are; the others take a part out of them.</summary>
    private static readonly string[] PlainStarts = ["gaussian", "eva", "orthogonal"];

    /// <summary>Refuses by name what would give other results here.</summary>
    public static void Check(ConfigSection section)
    {
        List<string> faults =
        [
            .. section.Names.Distinct(StringComparer.Ordinal).Where(name => ChangesResults(section, name)).Select(name => $"{name} is set, which isn't done here"),
        ];
        if (section.Text("peft_type", Kind) is var kind && kind != Kind)
        {
            faults.Add($"peft_type is '{kind}' and must be '{Kind}'");
        }

        if (section.Text("bias", "none") is var bias && bias != "none")
        {
            faults.Add($"bias is '{bias}', and biases aren't trained with adapters here: it must be 'none'");
        }

        if (section.IsText("init_lora_weights") && section.Text("init_lora_weights") is var start && !PlainStarts.Contains(start, StringComparer.Ordinal))
        {
            faults.Add($"init_lora_weights is '{start}', which changes the model's own weights too: save the adapter converted to a plain one (PEFT's path_initial_model_for_weight_conversion)");
        }

        if (faults.Count > 0)
        {
            throw new CheckpointFormatException($"'{section.File}' describes adapters that can't be read:{string.Concat(faults.Select(fault => Environment.NewLine + "  " + fault))}");
        }
    }

    public static LoraConfig Read(ConfigSection section) => new()
    {
        Rank = Rank(section, "r", section.Int("r", 8)),
        Alpha = section.Number("lora_alpha", 8),
        Dropout = section.Number("lora_dropout", 0) is >= 0 and < 1 and var dropout ? dropout : throw section.Error("lora_dropout", "must be from 0 to below 1"),
        RankStabilized = section.Flag("use_rslora", false),
        TargetModules = section.IsText("target_modules") ? [] : section.Texts("target_modules"),
        TargetPattern = section.IsText("target_modules") ? section.Text("target_modules") : null,
        RankPattern = Pattern(section, "rank_pattern", (ranks, name) => Rank(ranks, name, ranks.Int(name))),
        AlphaPattern = Pattern(section, "alpha_pattern", (alphas, name) => alphas.Number(name, 0)),
        BaseModel = section.Has(BaseModelName) ? section.Text(BaseModelName) : null,
    };

    public static JsonObject Write(LoraConfig config) => new()
    {
        ["alpha_pattern"] = new JsonObject(config.AlphaPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        [BaseModelName] = config.BaseModel,
        ["bias"] = "none",
        ["fan_in_fan_out"] = true, // GPT-2's matrices are [in, out]
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["lora_alpha"] = config.Alpha,
        ["lora_dropout"] = config.Dropout,
        ["modules_to_save"] = null,
        ["peft_type"] = Kind,
        ["r"] = config.Rank,
        ["rank_pattern"] = new JsonObject(config.RankPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        ["target_modules"] = config.TargetPattern is { } pattern ? pattern : new JsonArray([.. config.TargetModules.Select(name => JsonValue.Create(name))]),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = config.RankStabilized,
    };

    /// <summary>Later versions add switches, which would say something, and sizes of those, which alone say nothing.</summary>
    private static bool ChangesResults(ConfigSection section, string name) =>
        !Understood.Contains(name) && (section.IsOn(name) || (Restrictions.Contains(name, StringComparer.Ordinal) && section.IsPlain(name)));

    private static int Rank(ConfigSection section, string name, int rank) =>
        rank is >= 1 and <= MostRank ? rank : throw section.Error(name, $"must be from 1 to {MostRank}, and is {rank}");

    private static IReadOnlyList<KeyValuePair<string, T>> Pattern<T>(ConfigSection section, string name, Func<ConfigSection, string, T> read) =>
        section.FindSection(name) is { } pattern ? [.. pattern.Names.Distinct(StringComparer.Ordinal).Select(key => KeyValuePair.Create(key, read(pattern, key)))] : [];
}
