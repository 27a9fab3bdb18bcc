using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>The sizes and rules of a BERT or RoBERTa model.</summary>
/// <param name="Transformer">The blocks' sizes.</param>
/// <param name="Vocabulary">The number of token ids.</param>
/// <param name="Positions">The rows of the position table.</param>
/// <param name="TokenTypes">The rows of the token-type table.</param>
/// <param name="PaddingId">The id of padding.</param>
/// <param name="CountsFromPadding">RoBERTa's rule: positions start behind the padding id and skip padding. BERT counts columns from 0.</param>
internal sealed record BertConfig(TransformerConfig Transformer, int Vocabulary, int Positions, int TokenTypes, int PaddingId, bool CountsFromPadding)
{
    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 768, Layers = 12, Heads = 12, IntermediateSize = 3072, Activation = Activation.Gelu, Epsilon = 1e-12,
    };

    /// <summary>The longest text.</summary>
    public int MaxLength => Positions - FirstPosition;

    /// <summary>The position of the first token.</summary>
    public int FirstPosition => CountsFromPadding ? PaddingId + 1 : 0;

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">It describes another kind of model, or a field is wrong.</exception>
    public static BertConfig Read(ConfigSection section)
    {
        var kind = section.Text("model_type");
        if (kind is not ("bert" or "roberta"))
        {
            throw section.Error("model_type", $"is '{kind}', and must be 'bert' or 'roberta'");
        }

        ConfigKeys.Check(section, kind);
        if (section.Text("position_embedding_type", "absolute") is not "absolute" and var type)
        {
            throw section.Error("position_embedding_type", $"is '{type}', and only 'absolute' is known");
        }

        var roberta = kind == "roberta";
        var config = new BertConfig(
            TransformerConfig.Read(section, Defaults),
            TransformerConfig.Positive(section, "vocab_size", roberta ? 50265 : 30522),
            TransformerConfig.Positive(section, "max_position_embeddings", 512),
            TransformerConfig.Positive(section, "type_vocab_size", 2),
            section.Int("pad_token_id", roberta ? 1 : 0),
            roberta);
        return config.PaddingId >= 0 && config.MaxLength > 0
            ? config
            : throw section.Error("pad_token_id", $"must be between 0 and max_position_embeddings ({config.Positions}), and is {config.PaddingId}");
    }
}
