using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

[Collection(nameof(CountsTensors))]
public sealed class FreshGpt2Tests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };

    private static readonly Gpt2Config Small = new()
    {
        HiddenSize = 64, Layers = 2, Heads = 4, Positions = 24, VocabularySize = 90, InnerSize = 80, EosTokenId = 3, BosTokenId = null, ResidualDropout = 0.25,
    };

    [Theory]
    [InlineData("transformer.wte.weight", 0.02)]
    [InlineData("transformer.wpe.weight", 0.02)]
    [InlineData("transformer.h.1.attn.c_attn.weight", 0.02)]
    [InlineData("transformer.h.0.attn.c_proj.weight", 0.01)] // 0.02 / sqrt(2 * 2)
    [InlineData("transformer.h.0.mlp.c_fc.weight", 0.02)]
    [InlineData("transformer.h.1.mlp.c_proj.weight", 0.01)]
    public void A_fresh_weight_has_the_deviation_of_Hugging_Faces_rule(string name, double deviation)
    {
        using var model = Fresh(Small);
        using var scope = NewDisposeScope();
        var weight = model.NamedParameters().Single(p => p.Key == name).Value.detach();
        var noise = 4 / Math.Sqrt(weight.numel());
        Assert.Equal(deviation, weight.std().item<float>(), deviation * noise);
        Assert.Equal(0, weight.mean().item<float>(), deviation * noise);
    }

    [Fact]
    public void Fresh_biases_are_0_and_norms_change_nothing()
    {
        using var model = Fresh(Small);
        using var scope = NewDisposeScope();
        var parameters = model.NamedParameters().ToDictionary();
        Assert.All(parameters.Where(p => p.Key.EndsWith(".bias", StringComparison.Ordinal)), p => Assert.Equal(0, p.Value.abs().max().item<float>()));
        Assert.All(parameters.Where(p => p.Key.Contains(".ln_") && p.Key.EndsWith(".weight", StringComparison.Ordinal)), p => Assert.True(p.Value.eq(1).all().item<bool>()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_seed_alone_decides(bool tied)
    {
        var config = Small with { TieWordEmbeddings = tied };
        using var scope = NewDisposeScope();
        using var first = Fresh(config, seed: 5);
        using var second = Fresh(config, seed: 5);
        using var other = Fresh(config, seed: 6);
        Assert.True(Logits(first).equal(Logits(second)).all().item<bool>());
        Assert.False(Logits(first).allclose(Logits(other), atol: 1e-3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fresh_decoder_is_saved_whole_and_loads_again(bool tied)
    {
        var config = Small with { TieWordEmbeddings = tied };
        using var temporary = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(Fresh(config));
        ((ISavablePart)decoder).Save(temporary.Path, []);
        using var folder = ModelFolder.Open(temporary.Path);
        using var loaded = Gpt2CaptionDecoder.Load(folder, Training);
        Assert.Equal(config, loaded.Model.Config);
        Assert.True(Logits(decoder.Model).equal(Logits(loaded.Model)).all().item<bool>());
    }

    [Fact]
    public void A_fresh_decoder_for_inference_can_not_be_saved_and_says_so()
    {
        using var temporary = new TemporaryFolder();
        using var decoder = new Gpt2CaptionDecoder(Gpt2Model.CreateFresh(Small, seed: 1));
        Assert.Contains(temporary.Path, Assert.Throws<CaptioningException>(() => ((ISavablePart)decoder).Save(temporary.Path, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_sizes_are_all_named()
    {
        var error = Assert.Throws<CheckpointFormatException>(() => Fresh(Small with { Layers = 0, Heads = 3, InitializerRange = 0 }));
        Assert.All(["n_layer is 0", "n_embd is 64", "initializer_range is 0"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Tensors_are_given_back()
    {
        Fresh(Small).Dispose();
        var before = CountsTensors.Settled();
        Fresh(Small).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static Gpt2Model Fresh(Gpt2Config config, long seed = 1) => Gpt2Model.CreateFresh(config, seed, Training);

    private static Tensor Logits(Gpt2Model model)
    {
        using var output = model.Forward(new Gpt2Input { TokenIds = tensor(new long[] { 1, 5, 80, 3 }).view(1, -1) });
        return output.Logits.alias();
    }
}
