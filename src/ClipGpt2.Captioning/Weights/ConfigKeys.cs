namespace ClipGpt2.Captioning.Weights;

/// <summary>What becomes of each key of Hugging Face's configurations: heeded, without effect on what a model computes, or refused since it would change that.</summary>
/// <remarks>A key that no table has is none of the model's: the reference keeps it and does nothing with it. <c>docs/checkpoints.md</c> shows the tables.</remarks>
internal static class ConfigKeys
{
    private static readonly string[] Blocks = ["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act", "layer_norm_eps", "initializer_range"];

    /// <summary>The keys that a kind of model heeds, those that only training asks for among them.</summary>
    private static readonly Dictionary<string, string[]> HeededBy = new(StringComparer.Ordinal)
    {
        ["gpt2"] =
        [
            "n_embd", "n_layer", "n_head", "n_positions", "n_inner", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
            "activation_function", "layer_norm_epsilon", "eos_token_id", "bos_token_id", "tie_word_embeddings", "scale_attn_weights", "scale_attn_by_inverse_layer_idx",
            "attn_implementation", "add_cross_attention", "embd_pdrop", "attn_pdrop", "resid_pdrop", "initializer_range",
        ],
        ["clip"] = ["projection_dim", "text_config", "vision_config", "text_config_dict", "vision_config_dict"],
        ["clip_text_model"] = [.. Blocks, "vocab_size", "max_position_embeddings", "eos_token_id"],
        ["clip_vision_model"] = [.. Blocks, "image_size", "patch_size", "num_channels", "projection_dim", "initializer_factor"],
        ["bert"] = [.. Blocks, "vocab_size", "max_position_embeddings", "type_vocab_size", "pad_token_id", "position_embedding_type"],
        ["roberta"] = [.. Blocks, "vocab_size", "max_position_embeddings", "type_vocab_size", "pad_token_id", "position_embedding_type"],
        ["siglip"] = ["text_config", "vision_config"],
        ["vit"] = [.. Blocks, "image_size", "patch_size", "num_channels", "qkv_bias"],
        ["deit"] = [.. Blocks, "image_size", "patch_size", "num_channels", "qkv_bias"],
        ["siglip_text_model"] = [.. Blocks, "vocab_size", "max_position_embeddings", "projection_size"],
        ["siglip_vision_model"] = [.. Blocks, "image_size", "patch_size", "num_channels", "vision_use_head"],
    };

    /// <summary>Without effect on what this library computes from the weights, which it does in the precision that it is asked for.</summary>
    private static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "model_type", "architectures", "transformers_version", "torch_dtype", "dtype", "_name_or_path", "_commit_hash", "_attn_implementation_autoset", "use_cache", "output_attentions",
        "output_hidden_states", "output_past", "return_dict", "torchscript", "use_bfloat16", "gradient_checkpointing", "chunk_size_feed_forward", "n_ctx", "task_specific_params",
        "finetuning_task", "problem_type", "id2label", "label2id", "num_labels", "is_encoder_decoder", "cross_attention_hidden_size", "tokenizer_class", "prefix", "sep_token_id",
        "decoder_start_token_id", "bos_token_id", "eos_token_id", "pad_token_id", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
        "summary_use_proj", "attention_dropout", "dropout", "attention_probs_dropout_prob", "hidden_dropout_prob", "classifier_dropout", "logit_scale_init_value",
        "initializer_factor", "projection_dim", "tie_word_embeddings", "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
        "pooler_size_per_head", "pooler_type", "pooler_act", "pooler_output_size", "encoder_stride", "tie_encoder_decoder", "attn_implementation", "is_decoder",

        // Attention is computed in float32, head by head, so that the order in which a half-precision one would be kept from overflowing is of no account.
        "reorder_and_upcast_attn",
    };

    /// <summary>What would change the numbers and isn't followed, where it is on; of all kinds of models, or of some.</summary>
    private static readonly (string Key, string[]? Kinds, string Problem)[] Refused =
    [
        ("quantization_config", null, "says that the weights are quantised, which this library doesn't read: take the model in float32, float16 or bfloat16"),
        ("pruned_heads", null, "takes heads out of the attention, which this library doesn't: save the model with whole layers"),
        ("add_cross_attention", [.. HeededBy.Keys.Where(kind => kind != "gpt2")], "has the model look at another one's output beside the text, which this library does for GPT-2 only"),
        ("is_decoder", ["bert", "roberta"], "has each token look only at those before it, which no model does that this library takes texts' vectors from"),
    ];

    /// <summary>Refuses a section that asks for what isn't followed.</summary>
    /// <param name="section">The whole configuration, or the section of one tower.</param>
    /// <param name="kind">The <c>model_type</c> that it is of.</param>
    /// <returns>The section.</returns>
    /// <exception cref="CheckpointFormatException">A key would change the numbers; the message names it.</exception>
    public static ConfigSection Check(ConfigSection section, string kind)
    {
        foreach (var (key, kinds, problem) in Refused)
        {
            if (section.IsOn(key) && kinds?.Contains(kind) != false)
            {
                throw section.Error(key, problem);
            }
        }

        return section;
    }

    /// <summary>The keys that a kind of model heeds.</summary>
    public static IReadOnlyList<string> HeededKeys(string kind) => HeededBy[kind];

    /// <summary>The keys that are refused where they are on, of a kind of model.</summary>
    public static IEnumerable<string> RefusedBy(string kind) => Refused.Where(key => key.Kinds?.Contains(kind) != false).Select(key => key.Key);

    /// <summary>Whether the tables have a key of a kind of model.</summary>
    public static bool Has(string kind, string key) =>
        HeededBy[kind].Contains(key) || WithoutEffect.Contains(key) || Array.Exists(Refused, refused => refused.Key == key);
}
