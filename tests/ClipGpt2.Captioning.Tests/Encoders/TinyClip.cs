using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

/// <summary>A CLIP folder of a few kilobytes with random weights, written to disk so that loading takes its usual way.</summary>
internal sealed class TinyClip : IDisposable
{
    public const int ImageSize = 20;
    public const int Vocabulary = 30;
    public const int EndId = 29;
    public const int Positions = 7;

    private const int Hidden = 16;
    private const int Projection = 12;

    private readonly TemporaryFolder _folder = new();

    /// <param name="activation">Both towers' <c>hidden_act</c>.</param>
    /// <param name="change">Changes <c>config.json</c> before it is written.</param>
    public TinyClip(string activation = "quick_gelu", Action<JsonObject>? change = null)
    {
        var config = new JsonObject
        {
            ["model_type"] = "clip",
            ["projection_dim"] = Projection,
            ["vision_config"] = Tower(activation, ("image_size", ImageSize), ("patch_size", 8)),
            ["text_config"] = Tower(activation, ("vocab_size", Vocabulary), ("max_position_embeddings", Positions), ("eos_token_id", EndId)),
        };
        change?.Invoke(config);
        File.WriteAllText(_folder.File("config.json"), config.ToJsonString());
        File.WriteAllText(_folder.File("preprocessor_config.json"), """{"do_resize":true,"size":{"shortest_edge":20},"do_center_crop":true,"crop_size":20,"do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"resample":3}""");
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), [.. Shapes().Select(s => new KeyValuePair<string, Tensor>(s.Name, randn(s.Shape, generator: generator) * 0.3))]);
    }

    /// <summary>Puts one more file into the folder.</summary>
    public void Write(string name, string text) => _folder.Write(name, text);

    public ModelFolder Open() => ModelFolder.Open(_folder.Path);

    public ClipModel Load(ComputeOptions? compute = null)
    {
        using var folder = Open();
        return ClipModel.Load(folder, compute);
    }

    public ClipImageEncoder LoadEncoder(ComputeOptions? compute = null)
    {
        using var folder = Open();
        return ClipImageEncoder.Load(folder, compute);
    }

    /// <summary>Random pixels [B, 3, S, S]; the same seed gives the same.</summary>
    public static Tensor Pixels(int batch)
    {
        using var generator = new Generator(7, CPU);
        return randn([batch, 3, ImageSize, ImageSize], generator: generator);
    }

    public void Dispose() => _folder.Dispose();

    private static JsonObject Tower(string activation, params (string Name, int Value)[] sizes)
    {
        var tower = new JsonObject
        {
            ["hidden_size"] = Hidden, ["num_hidden_layers"] = 2, ["num_attention_heads"] = 2, ["intermediate_size"] = 24, ["hidden_act"] = activation,
        };
        foreach (var (name, value) in sizes)
        {
            tower[name] = value;
        }

        return tower;
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes() =>
    [
        ("logit_scale", []),
        ("visual_projection.weight", [Projection, Hidden]),
        ("text_projection.weight", [Projection, Hidden]),
        ("vision_model.embeddings.class_embedding", [Hidden]),
        ("vision_model.embeddings.patch_embedding.weight", [Hidden, 3, 8, 8]),
        ("vision_model.embeddings.position_embedding.weight", [5, Hidden]),
        ("text_model.embeddings.token_embedding.weight", [Vocabulary, Hidden]),
        ("text_model.embeddings.position_embedding.weight", [Positions, Hidden]),
        .. Norm("vision_model.pre_layrnorm"),
        .. Norm("vision_model.post_layernorm"),
        .. Norm("text_model.final_layer_norm"),
        .. Block("vision_model.encoder.layers.0"),
        .. Block("vision_model.encoder.layers.1"),
        .. Block("text_model.encoder.layers.0"),
        .. Block("text_model.encoder.layers.1"),
    ];

    private static IEnumerable<(string, long[])> Block(string name) =>
    [
        .. Norm($"{name}.layer_norm1"),
        .. Norm($"{name}.layer_norm2"),
        .. Linear($"{name}.self_attn.q_proj", Hidden, Hidden),
        .. Linear($"{name}.self_attn.k_proj", Hidden, Hidden),
        .. Linear($"{name}.self_attn.v_proj", Hidden, Hidden),
        .. Linear($"{name}.self_attn.out_proj", Hidden, Hidden),
        .. Linear($"{name}.mlp.fc1", Hidden, 24),
        .. Linear($"{name}.mlp.fc2", 24, Hidden),
    ];

    private static IEnumerable<(string, long[])> Norm(string name) => [($"{name}.weight", [Hidden]), ($"{name}.bias", [Hidden])];

    private static IEnumerable<(string, long[])> Linear(string name, long inputs, long outputs) => [($"{name}.weight", [outputs, inputs]), ($"{name}.bias", [outputs])];
}
