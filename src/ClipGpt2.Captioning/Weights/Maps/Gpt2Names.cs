using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>GPT-2 as transformers' <c>GPT2LMHeadModel</c> saves it: the names that the model asks by, and in old versions causal masks among them.</summary>
internal partial class Gpt2Names : WeightNameMap
{
    /// <summary>The head's weight, which files of tied models may repeat.</summary>
    public const string Head = "lm_head.weight";

    protected const string Prefix = "transformer.";

    /// <summary>The map for what a source holds.</summary>
    public static Gpt2Names For(ITensorSource source) =>
        source.Tensors.ContainsKey("wte.weight") ? new Gpt2HubNames() : new Gpt2Names();

    /// <summary>The name by which models ask for a stored weight: the reverse of <see cref="WeightNameMap.StoredName"/>.</summary>
    public virtual string ModelName(string storedName) => storedName;

    public override bool IsBuffer(string storedName) => Mask().IsMatch(storedName);

    [GeneratedRegex(@"^(transformer\.)?h\.\d+\.(attn|crossattention)\.(masked_)?bias\z")]
    private static partial Regex Mask();
}
