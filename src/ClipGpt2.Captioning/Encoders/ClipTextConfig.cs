using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>The text tower's sizes, and the id at which a text is pooled.</summary>
internal sealed record ClipTextConfig(TransformerConfig Transformer, int Vocabulary, int Positions, int EndId, int ProjectionSize)
{
    /// <summary>
    /// The <see cref="EndId"/> of a text that is pooled at its largest id, as OpenAI's program does it. Configurations from before transformers 4.31
    /// have this value, which isn't the end token of CLIP's vocabulary, and the reference then does the same.
    /// </summary>
    public const int LargestId = 2;

    private static readonly TransformerConfig Defaults = new()
    {
        HiddenSize = 512, Layers = 12, Heads = 8, IntermediateSize = 2048, Activation = Activation.QuickGelu, Epsilon = 1e-5,
    };

    public static ClipTextConfig Read(ConfigSection section, int projection) => new(
        TransformerConfig.Read(ConfigKeys.Check(section, "clip_text_model"), Defaults),
        TransformerConfig.Positive(section, "vocab_size", 49408),
        TransformerConfig.Positive(section, "max_position_embeddings", 77),
        section.Int("eos_token_id", 49407),
        projection);

    /// <summary>Writes the section <c>text_config</c> of a full model's <c>config.json</c>.</summary>
    /// <remarks>A text that is pooled at its largest id is pooled at its end token, which is the vocabulary's last.</remarks>
    public JsonObject ToJson() => new()
    {
        ["attention_dropout"] = 0.0,
        ["bos_token_id"] = Vocabulary - 2,
        ["eos_token_id"] = EndId == LargestId ? Vocabulary - 1 : EndId,
        ["hidden_act"] = Transformer.Activation.Name(),
        ["hidden_size"] = Transformer.HiddenSize,
        ["initializer_factor"] = 1.0,
        ["initializer_range"] = 0.02,
        ["intermediate_size"] = Transformer.IntermediateSize,
        ["layer_norm_eps"] = Transformer.Epsilon,
        ["max_position_embeddings"] = Positions,
        ["model_type"] = "clip_text_model",
        ["num_attention_heads"] = Transformer.Heads,
        ["num_hidden_layers"] = Transformer.Layers,
        ["projection_dim"] = ProjectionSize,
        ["vocab_size"] = Vocabulary,
    };
}
