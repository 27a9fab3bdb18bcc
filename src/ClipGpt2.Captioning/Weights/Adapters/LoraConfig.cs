using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Weights.Adapters;

/// <summary>Low-rank adapters beside a model's matrices (LoRA): which matrices have one, of which rank, and how strongly it counts.</summary>
/// <remarks>
/// Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2022: y = W x + s B A x, where A [r, in] and B [out, r] are trained and W isn't.
/// The fields are those of PEFT's <c>LoraConfig</c>, with its defaults.
/// </remarks>
public sealed record LoraConfig
{
    /// <summary>What <see cref="TargetPattern"/> is to mean every matrix but the head's.</summary>
    internal const string AllLinear = "all-linear";

    /// <summary>The rank r of an adapter (PEFT's <c>r</c>).</summary>
    /// <value>The default is 8.</value>
    public int Rank { get; init; } = 8;

    /// <summary>How strongly adapters count (<c>lora_alpha</c>): s is this over the rank, or over the rank's root if <see cref="RankStabilized"/>.</summary>
    /// <value>The default is 8.</value>
    public double Alpha { get; init; } = 8;

    /// <summary>The share of what A reads that is set to 0 in training (<c>lora_dropout</c>).</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>Whether s falls with the rank's root only (<c>use_rslora</c>; Kalajdzievski, 2023).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool RankStabilized { get; init; }

    /// <summary>The last parts of the names of the matrices that have an adapter (<c>target_modules</c>), such as <c>c_attn</c> or <c>mlp.c_proj</c>.</summary>
    /// <value>The default is <c>c_attn</c>, PEFT's for GPT-2.</value>
    public IReadOnlyList<string> TargetModules { get; init; } = ["c_attn"];

    /// <summary>In place of <see cref="TargetModules"/>: a regular expression for whole names, or <see cref="AllLinear"/>; null for none.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? TargetPattern { get; init; }

    /// <summary>Ranks of some matrices that differ from <see cref="Rank"/>, by a regular expression for the end of their names; the first that fits counts.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    /// <summary>The same for <see cref="Alpha"/>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>What the file says of the model that the adapters belong to (<c>base_model_name_or_path</c>); null if nothing.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? BaseModel { get; init; }

    /// <summary>Reads a configuration in PEFT's form.</summary>
    /// <param name="section">The content of <c>adapter_config.json</c>.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="CheckpointFormatException">It isn't LoRA's, a field is wrong, or it asks for something that isn't done here, such as DoRA; each is named.</exception>
    internal static LoraConfig Read(ConfigSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        PeftConfig.Check(section);
        return PeftConfig.Read(section);
    }

    /// <summary>Writes the configuration in PEFT's form, which PEFT and <see cref="Read"/> read.</summary>
    /// <returns>A new object.</returns>
    internal JsonObject ToJson() => PeftConfig.Write(this);

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        string[] errors =
        [
            .. RankPattern.Select(p => p.Value).Append(Rank).Where(rank => rank is < 1 or > PeftConfig.MostRank)
                .Select(rank => $"An adapter's rank is {rank}: it must be from 1 to {PeftConfig.MostRank}."),
            .. AlphaPattern.Select(p => p.Value).Append(Alpha).Where(alpha => !double.IsFinite(alpha)).Select(alpha => $"{nameof(Alpha)} is {alpha}: it must be finite."),
            .. Dropout is >= 0 and < 1 ? [] : (string[])[$"{nameof(Dropout)} is {Dropout}: it must be from 0 to below 1."],
        ];
        if (errors.Length > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, errors));
        }
    }
}
