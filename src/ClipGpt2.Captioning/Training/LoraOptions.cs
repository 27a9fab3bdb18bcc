using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Training;

/// <summary>Low-rank adapters that are trained in place of GPT-2's own weights, all of which stay as they are.</summary>
/// <remarks>Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2022; names and defaults are those of PEFT's <c>LoraConfig</c>.</remarks>
public sealed class LoraOptions
{
    /// <summary>The adapters' rank.</summary>
    /// <value>The default is 8.</value>
    [Range(1, 1024)]
    public int Rank { get; set; } = 8;

    /// <summary>How strongly adapters count: their product is multiplied by this over the rank.</summary>
    /// <value>The default is 8.</value>
    [Range(double.Epsilon, 1e6)]
    public double Alpha { get; set; } = 8;

    /// <summary>The share of what adapters read that is set to 0 in training.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.999)]
    public double Dropout { get; set; }

    /// <summary>Which matrices get an adapter, by the last parts of their names: of each block <c>attn.c_attn</c>, <c>attn.c_proj</c>, <c>mlp.c_fc</c> and <c>mlp.c_proj</c>.</summary>
    /// <value>The default is <c>c_attn</c> alone, which gives queries, keys and values.</value>
    [MinLength(1)]
    public IList<string> TargetModules { get; set; } = ["c_attn"];

    /// <summary>Whether the strength falls with the root of the rank only (Kalajdzievski, 2023; <c>use_rslora</c>).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool RankStabilized { get; set; }

    /// <summary>The same as the adapters' own configuration.</summary>
    internal LoraConfig ToConfig() => new() { Rank = Rank, Alpha = Alpha, Dropout = Dropout, TargetModules = [.. TargetModules], RankStabilized = RankStabilized };
}
