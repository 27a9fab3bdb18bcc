using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>A folder of one <c>config.json</c>, with weights where the case has them; and what this library reads out of it, by the names of the file.</summary>
internal sealed class ConfiguredModel : IDisposable
{
    /// <summary>What this library computes without: training's dropouts, types, what begins and fills texts, the beginning of a temperature.</summary>
    private static readonly string[] Unread =
        ["dtype", "attention_dropout", "bos_token_id", "pad_token_id", "logit_scale_init_value", "reorder_and_upcast_attn", "qkv_bias", "tie_word_embeddings", "eos_token_id"];

    public ConfiguredModel(JsonElement config, string? weights)
    {
        File.WriteAllText(Path.Combine(Folder, "config.json"), config.GetRawText());
        if (weights is not null)
        {
            File.Copy(GoldenRoot.Path(weights), Path.Combine(Folder, "model.safetensors"));
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Whether a key isn't read by any model, or not from where it stands: a tower's own projection counts only if it is loaded alone.</summary>
    public static bool IsUnread(string key) => Unread.Contains(key.Split('.')[^1]) || key is "text_config.projection_dim" or "vision_config.projection_dim";

    /// <summary>What is read.</summary>
    /// <exception cref="CaptioningException">It is refused.</exception>
    public static Dictionary<string, object?> Read(string folder, string kind)
    {
        var config = ConfigSection.Load(Path.Combine(folder, "config.json"));
        switch (kind)
        {
            case "gpt2":
                return Of(config);
            case "clip":
                return new([new("projection_dim", ClipConfig.Vision(config).ProjectionSize), .. Under("vision_config", Of(ClipConfig.Vision(config))), .. Under("text_config", Of(ClipConfig.Text(config)))]);
            case "clip_vision_model":
                return new([new("projection_dim", ClipConfig.Vision(config).ProjectionSize), .. Of(ClipConfig.Vision(config))]);
            case "siglip":
                return new([.. Under("vision_config", Of(SiglipConfig.Vision(config))), .. Under("text_config", Of(SiglipConfig.Text(config)))]);
            case "siglip_vision_model":
                return Of(SiglipConfig.Vision(config));
            case "bert" or "roberta":
                return Of(BertConfig.Read(config));
            default:
                ModelConversion.Convert(folder, folder + "-converted");
                throw new XunitException($"The test does not know the kind '{kind}'.");
        }
    }

    /// <summary>The model's output upon the forward folder's input of its kind.</summary>
    public static Tensor Run(ModelFolder folder, string kind)
    {
        switch (kind)
        {
            case "gpt2":
                using (var gpt2 = Gpt2Model.Load(folder))
                {
                    return gpt2.Forward(new Gpt2Input { TokenIds = GoldenTensorFile.Open("forward/gpt2.safetensors")["ids/input_ids"].ToTorch() }).Logits;
                }

            case "clip":
                using (var clip = ClipModel.Load(folder))
                {
                    return clip.EncodeImages(GoldenTensorFile.Open("forward/clip.safetensors")["vision/pixel_values"].ToTorch());
                }

            case "siglip":
                using (var siglip = SiglipModel.Load(folder))
                {
                    return siglip.Vision.Embed(GoldenTensorFile.Open("forward/siglip.safetensors")["vision/pixel_values"].ToTorch());
                }

            default:
                throw new XunitException($"The test does not know how to run '{kind}'.");
        }
    }

    private static Dictionary<string, object?> Of(ConfigSection file)
    {
        var config = Gpt2Config.Read(file);
        config.Validate(file.File);
        var read = new Dictionary<string, object?>
        {
            ["vocab_size"] = config.VocabularySize,
            ["n_embd"] = config.HiddenSize,
            ["n_layer"] = config.Layers,
            ["n_head"] = config.Heads,
            ["n_positions"] = config.Positions,
            ["n_inner"] = config.InnerSize,
            ["activation_function"] = config.ActivationFunction,
            ["layer_norm_epsilon"] = config.LayerNormEpsilon,
            ["scale_attn_weights"] = config.ScaleAttention,
            ["scale_attn_by_inverse_layer_idx"] = config.ScaleAttentionByInverseLayer,
            ["tie_word_embeddings"] = config.TieWordEmbeddings,
        };

        // Where the file doesn't name it, texts have no end; the class's own default ends none.
        if (file.Names.Contains("eos_token_id"))
        {
            read["eos_token_id"] = config.EosTokenId;
        }

        return read;
    }

    private static Dictionary<string, object?> Of(ClipVisionConfig config) => new([.. Of(config.Transformer), .. Pictures(config.ImageSize, config.PatchSize, config.Channels)]);

    private static Dictionary<string, object?> Of(ClipTextConfig config) =>
        new([.. Of(config.Transformer), new("vocab_size", config.Vocabulary), new("max_position_embeddings", config.Positions), new("eos_token_id", config.EndId)]);

    private static Dictionary<string, object?> Of(SiglipVisionConfig config) => new([.. Of(config.Transformer), .. Pictures(config.ImageSize, config.PatchSize, config.Channels), new("vision_use_head", true)]);

    private static Dictionary<string, object?> Of(SiglipTextConfig config) =>
        new([.. Of(config.Transformer), new("vocab_size", config.Vocabulary), new("max_position_embeddings", config.Positions), new("projection_size", config.ProjectionSize)]);

    private static Dictionary<string, object?> Of(BertConfig config) =>
        new([.. Of(config.Transformer), new("vocab_size", config.Vocabulary), new("max_position_embeddings", config.Positions), new("type_vocab_size", config.TokenTypes), new("pad_token_id", config.PaddingId)]);

    private static Dictionary<string, object?> Of(TransformerConfig config) => new()
    {
        ["hidden_size"] = config.HiddenSize,
        ["intermediate_size"] = config.IntermediateSize,
        ["num_hidden_layers"] = config.Layers,
        ["num_attention_heads"] = config.Heads,
        ["hidden_act"] = config.Activation == Activation.GeluTanh ? "gelu_pytorch_tanh" : config.Activation.Name(),
        ["layer_norm_eps"] = config.Epsilon,
    };

    private static KeyValuePair<string, object?>[] Pictures(int imageSize, int patchSize, int channels) =>
        [new("image_size", imageSize), new("patch_size", patchSize), new("num_channels", channels)];

    private static IEnumerable<KeyValuePair<string, object?>> Under(string section, Dictionary<string, object?> read) => read.Select(field => KeyValuePair.Create($"{section}.{field.Key}", field.Value));
}
