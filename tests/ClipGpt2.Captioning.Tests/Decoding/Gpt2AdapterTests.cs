using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Tests.Weights.PyTorch;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

[Collection(nameof(CountsTensors))]
public sealed class Gpt2AdapterTests : IDisposable
{
    private static readonly ComputeOptions Trainable = new() { Trainable = true };

    private static readonly LoraConfig Everywhere = new()
    {
        Rank = 3, Alpha = 6, TargetModules = ["c_attn", "c_proj", "c_fc"], RankStabilized = true, RankPattern = [new("mlp.c_proj", 5)], AlphaPattern = [new("c_fc", 2)],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fresh_adapters_change_nothing_and_only_they_are_trained()
    {
        using var scope = NewDisposeScope();
        using var model = RandomGpt2.Create(RandomGpt2.Small, Trainable);
        var before = Logits(model);
        model.AddAdapters(Everywhere, seed: 4);
        var after = Logits(model);
        Assert.True(before.equal(after).all().item<bool>());
        after.log_softmax(-1).select(-1, 7).sum().backward();
        Assert.All(model.NamedParameters(), p => Assert.Equal(p.Key.Contains("lora_", StringComparison.Ordinal), p.Value.requires_grad));
        Assert.All(model.NamedParameters(), p => Assert.Equal(p.Value.requires_grad, p.Value.grad is not null));
        Assert.Equal(2 * 4 * RandomGpt2.Small.Layers, model.NamedParameters().Count(p => p.Value.requires_grad));
    }

    [Fact]
    public void The_seed_alone_decides_and_the_first_matrix_is_drawn_as_PEFT_does()
    {
        using var scope = NewDisposeScope();
        var (first, same, other) = (Drawn(5), Drawn(5), Drawn(6));
        Assert.True(first.equal(same).all().item<bool>());
        Assert.False(first.allclose(other));
        var bound = 1 / Math.Sqrt(RandomGpt2.Small.HiddenSize); // Kaiming's with a = sqrt(5)
        Assert.InRange(first.abs().max().item<float>(), 0.95 * bound, bound);

        static Tensor Drawn(long seed)
        {
            using var model = RandomGpt2.Create(RandomGpt2.Small, Trainable);
            model.AddAdapters(new(), seed);
            return model.NamedParameters().Single(p => p.Key == "transformer.h.1.attn.c_attn.lora_A.weight").Value.detach().clone();
        }
    }

    [Fact]
    public void Merged_adapters_write_what_those_beside_the_weights_do()
    {
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(Adapted(Everywhere));
        var options = new DecodingOptions { Beams = 2, MaxNewTokens = 6, EndTokenIds = [] };
        using var fast = (Gpt2CaptionDecoder)decoder.ForInference();
        Assert.True(Logits(decoder.Model).allclose(Logits(fast.Model), rtol: 1e-4, atol: 1e-4));
        Assert.Equal(decoder.Decode(Prefix(), options).Select(s => s[0].TokenIds), fast.Decode(Prefix(), options).Select(s => s[0].TokenIds));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_saved_adapter_gives_the_same_model_whatever_file_and_names_it_has(bool pickled, bool bare)
    {
        using var scope = NewDisposeScope();
        using var model = Adapted(Everywhere);
        using (var plain = RandomGpt2.Create(RandomGpt2.Small, Trainable))
        {
            plain.Save(_folder.File("base"));
        }

        model.SaveAdapters(_folder.File("adapter"), "base");
        Rewrite(_folder.File("adapter"), pickled, bare);
        using var adapter = LoraAdapter.Open(_folder.File("adapter"));
        Assert.Equal("base", adapter.Config.BaseModel);
        using var folder = ModelFolder.Open(_folder.File("base"));
        using var merged = Gpt2CaptionDecoder.Load(folder, adapter: adapter);
        Assert.True(Logits(model).allclose(Logits(merged.Model), rtol: 1e-4, atol: 1e-4));

        merged.Save(_folder.File("merged"));
        using var again = ModelFolder.Open(_folder.File("merged"));
        using var saved = Gpt2Model.Load(again);
        Assert.True(Logits(merged.Model).equal(Logits(saved)).all().item<bool>());
        Assert.False(((ISavablePart)merged).Origin!.HoldsWeights); // no folder holds these weights: checkpoints mustn't say so
    }

    [Fact]
    public void Adapters_that_dont_fit_are_listed_and_nothing_is_changed()
    {
        var count = CountsTensors.Settled();
        using (var model = Adapted(new() { Rank = 2 }))
        {
            model.SaveAdapters(_folder.File("adapter"));
        }

        using (var model = RandomGpt2.Create(RandomGpt2.Small with { HiddenSize = 64, Layers = 1 }, Trainable))
        using (var adapter = LoraAdapter.Open(_folder.File("adapter")))
        {
            var error = Assert.Throws<CheckpointFormatException>(() => model.AddAdapters(adapter));
            Assert.Contains("misshapen: 'transformer.h.0.attn.c_attn.lora_A.weight' is [2, 128] and must be [2, 64]", error.Message, StringComparison.Ordinal);
            Assert.Contains("misshapen: 'transformer.h.0.attn.c_attn.lora_B.weight' is [384, 2] and must be [192, 2]", error.Message, StringComparison.Ordinal);
            Assert.Contains("unexpected: 'transformer.h.1.attn.c_attn.lora_A.weight'", error.Message, StringComparison.Ordinal);
            Assert.Null(model.Adapters);
            var unknown = Assert.Throws<CheckpointFormatException>(() => model.AddAdapters(new() { TargetModules = ["c_attn", "q_proj"] }, seed: 1));
            Assert.Contains("'q_proj'", unknown.Message, StringComparison.Ordinal);
            var wrong = Assert.Throws<CaptioningException>(() => model.AddAdapters(new() { Rank = 0, Dropout = 1, Alpha = double.NaN }, seed: 1));
            Assert.Equal(3, wrong.Message.Split(Environment.NewLine).Length);
        }

        using (var packed = RandomGpt2.Create(RandomGpt2.Small))
        {
            Assert.Contains("packed", Assert.Throws<CaptioningException>(() => packed.AddAdapters(new(), seed: 1)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(count, CountsTensors.Settled());
    }

    [Fact]
    public void Adapters_drop_out_beside_frozen_blocks_that_dont()
    {
        using var scope = NewDisposeScope();
        using var plain = Adapted(Everywhere);
        using var dropping = Adapted(Everywhere with { Dropout = 0.5 });
        var (expected, without) = (Logits(plain), Logits(dropping));
        Assert.True(expected.equal(without).all().item<bool>());
        Assert.True(expected.equal(Logits(plain, new DropoutMasks(1, 1))).all().item<bool>());
        Assert.False(expected.allclose(Logits(dropping, new DropoutMasks(1, 1)), atol: 1e-2));
    }

    [Fact]
    public void Bfloat16_products_train_float32_adapters()
    {
        using var scope = NewDisposeScope();
        using var exact = Adapted(Everywhere);
        using var mixed = Adapted(Everywhere, Trainable with { Precision = Precision.BFloat16 });
        var expected = Gradients(exact);
        foreach (var (name, gradient) in Gradients(mixed))
        {
            Assert.Equal(ScalarType.Float32, gradient.dtype);
            var cosine = nn.functional.cosine_similarity(gradient.flatten().unsqueeze(0), expected[name].flatten().unsqueeze(0)).item<float>();
            Assert.True(cosine > 0.98, $"{name}: {cosine}"); // the first attention, which all later rounding flows back to, is the furthest off
        }

        static Dictionary<string, Tensor> Gradients(Gpt2Model model)
        {
            Logits(model).log_softmax(-1).select(-1, 7).sum().backward();
            return model.NamedParameters().Where(p => p.Value.requires_grad).ToDictionary(p => p.Key, p => p.Value.grad!);
        }
    }

    /// <summary>A model whose adapters were trained, as it were.</summary>
    private static Gpt2Model Adapted(LoraConfig config, ComputeOptions? compute = null)
    {
        var model = RandomGpt2.Create(RandomGpt2.Small, compute ?? Trainable);
        model.AddAdapters(config, seed: 3);
        using var frozen = no_grad();
        using var generator = new Generator(8);
        foreach (var (_, weight) in model.NamedParameters().Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal)))
        {
            weight.normal_(0, 0.1, generator);
        }

        return model;
    }

    private static void Rewrite(string folder, bool pickled, bool bare)
    {
        var path = Path.Combine(folder, LoraAdapter.WeightsName);
        Dictionary<string, Tensor> tensors;
        using (var file = SafetensorsFile.Open(path))
        {
            tensors = file.Tensors.Keys.ToDictionary(name => bare ? name.Replace("transformer.", "", StringComparison.Ordinal) : name, file.Read);
        }

        File.Delete(path);
        if (pickled)
        {
            TorchSaveArchive.Write(Path.Combine(folder, "adapter_model.bin"), tensors);
        }
        else
        {
            SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>());
        }
    }

    private static Tensor Logits(Gpt2Model model, DropoutMasks? dropout = null)
    {
        long[] ids = [1, 5, 7, 2, 8, 3, 9, 4];
        return model.Forward(new() { Embeddings = Prefix(), TokenIds = tensor(ids).view(2, 4), Dropout = dropout }).Logits;
    }

    private static Tensor Prefix()
    {
        using var generator = new Generator(11);
        return randn(2, 3, RandomGpt2.Small.HiddenSize, generator: generator);
    }
}
