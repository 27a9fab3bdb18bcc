using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>The configuration as a file.</content>
public sealed partial record Gpt2Config
{
    /// <summary>Writes the <c>config.json</c> of a <c>GPT2LMHeadModel</c>, which Hugging Face and <see cref="Read"/> read.</summary>
    /// <returns>A new object.</returns>
    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["activation_function"] = ActivationFunction,
            ["architectures"] = new JsonArray("GPT2LMHeadModel"),
            ["attn_pdrop"] = AttentionDropout,
            ["bos_token_id"] = BosTokenId,
            ["embd_pdrop"] = EmbeddingDropout,
            ["eos_token_id"] = EosTokenId,
            ["initializer_range"] = InitializerRange,
            ["layer_norm_epsilon"] = LayerNormEpsilon,
            ["model_type"] = "gpt2",
            ["n_embd"] = HiddenSize,
            ["n_head"] = Heads,
            ["n_inner"] = InnerSize,
            ["n_layer"] = Layers,
            ["n_positions"] = Positions,
            ["resid_pdrop"] = ResidualDropout,
            ["scale_attn_by_inverse_layer_idx"] = ScaleAttentionByInverseLayer,
            ["scale_attn_weights"] = ScaleAttention,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["vocab_size"] = VocabularySize,
        };
        if (AddCrossAttention)
        {
            json["add_cross_attention"] = true;
        }

        if (EagerAttention)
        {
            json["attn_implementation"] = "eager";
        }

        return json;
    }
}
