using System.Text;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

/// <summary>ViT's and DeiT's towers beyond what golden data compare.</summary>
public sealed class VitTowerTests
{
    private static readonly TransformerConfig Blocks = new() { HiddenSize = 24, Layers = 2, Heads = 3, IntermediateSize = 40, Activation = Activation.Gelu, Epsilon = 1e-12 };

    [Theory]
    [InlineData("""{"model_type": "vit"}""", 1 + (14 * 14))]
    [InlineData("""{"model_type": "deit"}""", 2 + (14 * 14))]
    [InlineData("""{"model_type": "vit", "image_size": [24, 50], "patch_size": [8, 12]}""", 1 + (3 * 4))]
    [InlineData("""{"model_type": "vit", "image_size": 33, "patch_size": 16, "qkv_bias": false}""", 1 + 4)]
    public void A_configuration_says_how_many_positions_a_picture_takes(string json, long tokens) => Assert.Equal(tokens, VitConfig.Read(Section(json)).Tokens);

    [Theory]
    [InlineData("""{"model_type": "vit", "patch_size": 300}""", "patch_size")]
    [InlineData("""{"model_type": "vit", "image_size": [224, 224, 3]}""", "image_size")]
    [InlineData("""{"model_type": "vit", "image_size": 0}""", "image_size")]
    [InlineData("""{"model_type": "swin"}""", "model_type")]
    public void What_cannot_be_is_refused_by_name(string json, string field) =>
        Assert.Contains($"$.{field}", Assert.Throws<CheckpointFormatException>(() => VitConfig.Read(Section(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void In_training_all_weights_get_gradients_and_the_states_are_those_of_inference()
    {
        using var scope = NewDisposeScope();
        var config = new VitConfig(Blocks with { QkvBias = false }, new PatchSizes(24, 40, 8, 8, 3), HasDistillationToken: true);
        using var source = Fresh(config);
        var (trained, weights) = Load(config, source, new ComputeOptions { Trainable = true });
        var (packed, set) = Load(config, source, new ComputeOptions());
        using var generator = new Generator(3);
        var pixels = randn([2, 3, 24, 40], generator: generator);
        var states = trained.Encode(pixels);
        Assert.Equal([2, 2 + 15, 24], states.shape);
        Assert.True(states.allclose(packed.Encode(pixels), atol: 1e-4));
        states.pow(3).sum().backward();
        Assert.All(weights.Trained(new ComputeOptions { Trainable = true }), p => Assert.True(p.Value.grad is not null, p.Key));
        weights.Dispose();
        set.Dispose();
    }

    private static (VitTower Tower, LayerSet Layers) Load(VitConfig config, ITensorSource source, ComputeOptions compute)
    {
        using var weights = new WeightLoader(source, compute, new VitNames(source));
        return LayerLoader.Load(weights, layers => new VitTower(config, layers));
    }

    private static InitialWeights Fresh(VitConfig config)
    {
        var (weights, hidden, sizes) = (new InitialWeights("fresh weights of a ViT", seed: 1), config.Transformer.HiddenSize, config.Patches);
        weights.Normal("embeddings.cls_token", 1, 1, 1, hidden);
        weights.Normal("embeddings.distillation_token", 1, 1, 1, hidden);
        weights.Normal("embeddings.position_embeddings", 1, 1, config.Tokens, hidden);
        weights.NormalLinear("embeddings.patch_embeddings.projection", 0.1, [hidden, sizes.Channels, sizes.PatchHeight, sizes.PatchWidth], hidden);
        for (var i = 0; i < config.Transformer.Layers; i++)
        {
            var names = BlockNames.Vit($"encoder.layer.{i}");
            foreach (var name in new[] { names.Query, names.Key, names.Value })
            {
                weights.Linear(name, hidden, hidden, bias: false);
            }

            weights.Linear(names.Mix, hidden, hidden);
            weights.Linear(names.Inner, hidden, config.Transformer.IntermediateSize);
            weights.Linear(names.Outer, config.Transformer.IntermediateSize, hidden);
            weights.Norm(names.AttentionNorm, hidden);
            weights.Norm(names.FeedForwardNorm, hidden);
        }

        weights.Norm("layernorm", hidden);
        return weights;
    }

    private static ConfigSection Section(string json) => ConfigSection.Parse("config.json", Encoding.UTF8.GetBytes(json));
}
