using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>BERT's and RoBERTa's weights as their files name them: bare, or inside a model with a head, and in the oldest files with TensorFlow's names for a norm's vectors.</summary>
internal sealed class BertNames : WeightNameMap
{
    private static readonly string[] NamePrefixes = ["bert.", "roberta."];

    private readonly ITensorSource _source;
    private readonly string _namePrefix;

    public BertNames(ITensorSource source)
    {
        _source = source;
        _namePrefix = NamePrefixes.FirstOrDefault(b => source.Tensors.ContainsKey(b + "embeddings.word_embeddings.weight")) ?? "";
    }

    public override string StoredName(string name)
    {
        var stored = _namePrefix + name;
        var old = stored.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);
        return _source.Tensors.ContainsKey(old) ? old : stored;
    }

    /// <summary>The heads for masked words and next sentences, and position ids.</summary>
    public override bool IsBuffer(string storedName) =>
        !storedName.StartsWith(_namePrefix, StringComparison.Ordinal)
        || storedName.EndsWith("embeddings.position_ids", StringComparison.Ordinal)
        || storedName.EndsWith("embeddings.token_type_ids", StringComparison.Ordinal);
}
