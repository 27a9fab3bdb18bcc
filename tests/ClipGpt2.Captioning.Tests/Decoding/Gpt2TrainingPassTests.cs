using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>What a trainer asks of GPT-2 beyond a plain pass.</summary>
public sealed class Gpt2TrainingPassTests
{
    private static readonly ComputeOptions Trainable = new() { Trainable = true };

    [Fact]
    public void Chosen_outputs_are_those_of_the_whole_pass()
    {
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Small, Trainable));
        var (prefix, ids) = Input();
        var all = decoder.Forward(prefix, ids).flatten(0, 1);
        long[] places = [3, 4, 9, 13];
        var chosen = decoder.Forward(prefix, ids, tensor(places), dropout: null);
        Assert.True(all.index_select(0, tensor(places)).allclose(chosen, atol: 1e-5));
    }

    [Fact]
    public void The_attention_that_drops_out_equals_the_fused_one_where_nothing_is_dropped()
    {
        using var scope = NewDisposeScope();
        var config = RandomGpt2.Small with { AttentionDropout = 1e-12, EmbeddingDropout = 0, ResidualDropout = 0 };
        using var model = RandomGpt2.Create(config, Trainable);
        var (prefix, ids) = Input();
        var plain = model.Forward(new() { Embeddings = prefix, TokenIds = ids }).Logits;
        var dropping = model.Forward(new() { Embeddings = prefix, TokenIds = ids, Dropout = new DropoutMasks(1, 1) }).Logits;
        Assert.True(plain.allclose(dropping, atol: 1e-4));
    }

    [Fact]
    public void Frozen_blocks_drop_out_only_if_asked_to()
    {
        using var scope = NewDisposeScope();
        var config = RandomGpt2.Small with { EmbeddingDropout = 0 };
        using var model = RandomGpt2.Create(config, Trainable);
        model.FreezeBlocks(config.Layers);
        var (prefix, ids) = Input();
        var plain = model.Forward(new() { Embeddings = prefix, TokenIds = ids }).Logits;
        var frozen = model.Forward(new() { Embeddings = prefix, TokenIds = ids, Dropout = new DropoutMasks(1, 1) }).Logits;
        var dropping = model.Forward(new() { Embeddings = prefix, TokenIds = ids, Dropout = new DropoutMasks(1, 1) { InFrozenParts = true } }).Logits;
        Assert.True(plain.allclose(frozen));
        Assert.False(plain.allclose(dropping, atol: 1e-2));
    }

    [Fact]
    public void Bfloat16_products_train_float32_weights()
    {
        using var scope = NewDisposeScope();
        using var exact = RandomGpt2.Create(RandomGpt2.Small, Trainable);
        using var mixed = RandomGpt2.Create(RandomGpt2.Small, Trainable with { Precision = Precision.BFloat16 });
        var (prefix, ids) = Input();
        var expected = Gradients(exact, prefix, ids);
        foreach (var (name, gradient) in Gradients(mixed, prefix, ids))
        {
            Assert.Equal(ScalarType.Float32, gradient.dtype);
            var cosine = nn.functional.cosine_similarity(gradient.flatten().unsqueeze(0), expected[name].flatten().unsqueeze(0)).item<float>();
            Assert.True(cosine > 0.99, $"{name}: {cosine}");
        }

        static Dictionary<string, Tensor> Gradients(Gpt2Model model, Tensor prefix, Tensor ids)
        {
            var logits = model.Forward(new() { Embeddings = prefix, TokenIds = ids, Outputs = arange(2, 5) }).Logits;
            logits.log_softmax(-1).select(1, 7).sum().backward();
            return model.NamedParameters().Where(p => !p.Key.EndsWith("c_attn.bias", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value.grad!);
        }
    }

    [Fact]
    public void The_copy_for_inference_writes_what_the_weights_say_now()
    {
        using var scope = NewDisposeScope();
        using var decoder = new Gpt2CaptionDecoder(RandomGpt2.Create(RandomGpt2.Small, Trainable));
        var options = new DecodingOptions { Beams = 2, MaxNewTokens = 6, EndTokenIds = [] };
        var (prefix, _) = Input();
        using (no_grad())
        {
            decoder.NamedParameters().First().Value.mul_(0.5);
        }

        using var fast = decoder.ForInference();
        var expected = decoder.Decode(prefix, options);
        var actual = fast.Decode(prefix, options);
        Assert.Equal(expected.Select(e => e[0].TokenIds), actual.Select(a => a[0].TokenIds));
    }

    private static (Tensor Prefix, Tensor Ids) Input()
    {
        using var generator = new Generator(11);
        var prefix = randn(2, 3, RandomGpt2.Small.HiddenSize, generator: generator);
        long[] ids = [1, 5, 7, 2, 8, 3, 9, 4];
        return (prefix, tensor(ids).view(2, 4));
    }
}
