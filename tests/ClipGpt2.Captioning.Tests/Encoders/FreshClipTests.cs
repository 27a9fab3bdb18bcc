using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class FreshClipTests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };

    private static readonly ClipVisionConfig Small = new()
    {
        HiddenSize = 64, Layers = 3, Heads = 2, IntermediateSize = 96, ImageSize = 32, PatchSize = 8, ProjectionSize = 40, HiddenActivation = "gelu",
    };

    private static readonly ImagePreprocessor Preprocessor = new(new ImagePreprocessorOptions { ExactSize = new(32, 32), CenterCrop = false, Mean = [0.5, 0.25, 0.5] });

    [Theory]
    [InlineData("vision_model.embeddings.class_embedding", 0.125)] // 1 / sqrt(64)
    [InlineData("vision_model.embeddings.patch_embedding.weight", 0.02)]
    [InlineData("vision_model.embeddings.position_embedding.weight", 0.02)]
    [InlineData("vision_model.encoder.layers.1.self_attn.q_proj.weight", 0.05103)] // 1 / sqrt(64 * 6)
    [InlineData("vision_model.encoder.layers.1.self_attn.k_proj.weight", 0.05103)]
    [InlineData("vision_model.encoder.layers.2.self_attn.v_proj.weight", 0.05103)]
    [InlineData("vision_model.encoder.layers.0.self_attn.out_proj.weight", 0.125)]
    [InlineData("vision_model.encoder.layers.0.mlp.fc1.weight", 0.08839)] // 1 / sqrt(128)
    [InlineData("vision_model.encoder.layers.0.mlp.fc2.weight", 0.05103)]
    [InlineData("visual_projection.weight", 0.125)]
    public void A_fresh_weight_has_the_deviation_of_Hugging_Faces_rule(string name, double deviation)
    {
        using var encoder = Fresh();
        using var scope = NewDisposeScope();
        var weight = encoder.NamedParameters().Single(p => p.Key == name).Value.detach();
        var noise = 4 / Math.Sqrt(weight.numel());
        Assert.Equal(deviation, weight.std().item<float>(), deviation * noise);
        Assert.Equal(0, weight.mean().item<float>(), deviation * noise);
    }

    [Fact]
    public void Fresh_biases_are_0_and_norms_change_nothing()
    {
        using var encoder = Fresh();
        using var scope = NewDisposeScope();
        var parameters = encoder.NamedParameters().ToDictionary();
        Assert.All(parameters.Where(p => p.Key.EndsWith(".bias", StringComparison.Ordinal)), p => Assert.Equal(0, p.Value.abs().max().item<float>()));
        Assert.All(parameters.Where(p => p.Key.Contains("norm") && p.Key.EndsWith(".weight", StringComparison.Ordinal)), p => Assert.True(p.Value.eq(1).all().item<bool>()));
    }

    [Fact]
    public void The_seed_alone_decides()
    {
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var first = Fresh(seed: 5);
        using var second = Fresh(seed: 5);
        using var other = Fresh(seed: 6);
        Assert.True(first.Encode(pixels).equal(second.Encode(pixels)).all().item<bool>());
        Assert.False(first.Encode(pixels).allclose(other.Encode(pixels), atol: 1e-3));
    }

    [Fact]
    public void Gradients_reach_every_weight()
    {
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var encoder = Fresh();
        encoder.Encode(pixels).square().sum().backward();

        // The keys' biases shift all scores of a query alike, which the softmax doesn't see.
        Assert.All(
            encoder.NamedParameters().Where(p => !p.Key.EndsWith("k_proj.bias", StringComparison.Ordinal)),
            p => Assert.True(p.Value.grad is { } gradient && gradient.abs().sum().item<float>() > 0, p.Key));
    }

    [Fact]
    public void A_fresh_encoder_is_saved_whole_and_loads_again()
    {
        using var temporary = new TemporaryFolder();
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var encoder = Fresh();
        ((ISavablePart)encoder).Save(temporary.Path, []);
        using var folder = ModelFolder.Open(temporary.Path);
        using var loaded = ClipImageEncoder.Load(folder, Training);
        Assert.Equal(Small, loaded.Tower.Config);
        Assert.Equivalent(Preprocessor.Options, loaded.Preprocessor.Options, strict: true);
        Assert.True(encoder.Encode(pixels).equal(loaded.Encode(pixels)).all().item<bool>());
    }

    [Fact]
    public void Impossible_sizes_are_all_named()
    {
        var error = Assert.Throws<CaptioningException>(() => ClipImageEncoder.CreateFresh(
            Small with { Layers = 0, Heads = 3, PatchSize = 64, HiddenActivation = "sine", InitializerRange = double.NaN }, Preprocessor, seed: 1));
        Assert.All(["Layers is 0", "multiple of Heads", "PatchSize is 64", "'sine'", "InitializerRange is NaN"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40, "40 x 40")]
    [InlineData(null, "any size")]
    public void A_preprocessor_of_another_size_is_refused(int? side, string named)
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { ExactSize = side is { } s ? new(s, s) : null, CenterCrop = false });
        var error = Assert.Throws<CaptioningException>(() => ClipImageEncoder.CreateFresh(Small, preprocessor, seed: 1));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("ImageSize is 32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_steps_that_no_file_describes_is_kept_in_the_captioners_own()
    {
        using var temporary = new TemporaryFolder();
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Transform = ImageTransform.OpenAi, ExactSize = null, ShortestEdge = 32, CropSize = new(32, 32) });
        using var encoder = ClipImageEncoder.CreateFresh(Small, preprocessor, seed: 1, Training);
        var description = new System.Text.Json.Nodes.JsonObject();
        ((ISavablePart)encoder).Save(temporary.Path, description);
        Assert.Equal("""{"transform":"OpenAi"}""", description.ToJsonString());
    }

    [Fact]
    public void The_squash_that_no_file_describes_is_kept_in_the_captioners_own()
    {
        using var temporary = new TemporaryFolder();
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Squash = new(50, 40), ExactSize = new(32, 32), CenterCrop = false });
        using var encoder = ClipImageEncoder.CreateFresh(Small, preprocessor, seed: 1, Training);
        var description = new System.Text.Json.Nodes.JsonObject();
        ((ISavablePart)encoder).Save(temporary.Path, description);
        Assert.Equal("[50,40]", description["squash"]!.ToJsonString());
    }

    [Fact]
    public void Tensors_are_given_back()
    {
        Fresh().Dispose();
        var before = CountsTensors.Settled();
        Fresh().Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static ClipImageEncoder Fresh(long seed = 1) => ClipImageEncoder.CreateFresh(Small, Preprocessor, seed, Training);

    private static Tensor Pixels()
    {
        using var generator = new Generator(7, CPU);
        return randn([2, 3, 32, 32], generator: generator);
    }
}
