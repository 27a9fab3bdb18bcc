using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

[Collection(nameof(CountsTensors))]
public sealed class Gpt2ModelTests
{
    [Theory]
    [InlineData(Precision.Float32, false)]
    [InlineData(Precision.Float32, true)]
    [InlineData(Precision.BFloat16, false)]
    [InlineData(Precision.Int8Weights, false)]
    public void No_tensor_outlives_its_use(Precision precision, bool trainable)
    {
        var before = CountsTensors.Settled();
        using (var model = RandomGpt2.Create(RandomGpt2.Small, new ComputeOptions { Precision = precision, Trainable = trainable }))
        {
            var loaded = Tensor.TotalCount;
            foreach (var rows in new[] { 2, 50 })
            {
                Decode(model, rows, onTensors: false);
                Decode(model, rows, onTensors: true);
                using var prefix = DecodingSessionTests.Prefix(model, rows);
                using var output = model.Forward(new() { Embeddings = prefix, WithHiddenStates = true, WithPresent = true });
            }

            Assert.Equal(loaded, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Gradients_of_the_tied_embedding_have_both_parts_and_frozen_blocks_have_none()
    {
        using var scope = NewDisposeScope();
        using var model = RandomGpt2.Create(RandomGpt2.Small, new ComputeOptions { Trainable = true });
        model.FreezeBlocks(1);
        using var output = model.Forward(new() { TokenIds = tensor(new long[,] { { 3, 4, 5 } }) });
        NextTokenLoss.Mean(output.Logits, tensor(new long[,] { { 3, 4, 5 } })).backward();
        var parameters = model.NamedParameters().ToDictionary();
        var embedding = parameters["transformer.wte.weight"].grad!;
        Assert.NotEqual(0, embedding[80].abs().sum().item<float>());
        Assert.True(embedding[3].abs().sum().item<float>() > embedding[80].abs().sum().item<float>());
        Assert.All(parameters, p => Assert.Equal(p.Key.Contains("h.0.", StringComparison.Ordinal), p.Value.grad is null));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(20, 2)]
    public void More_blocks_than_there_are_freeze_all_of_them(int asked, int frozen)
    {
        using var model = RandomGpt2.Create(RandomGpt2.Small, new ComputeOptions { Trainable = true });
        model.FreezeBlocks(asked);
        Assert.All(model.NamedParameters(), p => Assert.Equal(!Enumerable.Range(0, frozen).Any(i => p.Key.Contains($"h.{i}.", StringComparison.Ordinal)), p.Value.requires_grad));
        Assert.Throws<CaptioningException>(() => model.FreezeBlocks(-1));
    }

    [Fact]
    public void Its_tensors_are_the_files()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomGpt2(RandomGpt2.Odd);
        using var model = Gpt2Model.Create(RandomGpt2.Odd, source, new ComputeOptions { Trainable = true });
        var tensors = model.FileTensors().ToDictionary();
        Assert.Equal(source.Tensors.Keys.Order(StringComparer.Ordinal), tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(tensors, t => Assert.True(t.Value.allclose(source.Read(t.Key), 0, 0), t.Key));
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    [Fact]
    public void A_configuration_that_cannot_be_is_refused_with_all_its_errors()
    {
        var config = new Gpt2Config { HiddenSize = 10, Heads = 3, Layers = 0, ActivationFunction = "softplus", LayerNormEpsilon = double.NaN, AttentionDropout = 1 };
        using var source = new RandomGpt2(RandomGpt2.Small);
        var message = Assert.Throws<CheckpointFormatException>(() => Gpt2Model.Create(config, source)).Message;
        Assert.All(["n_head", "n_layer", "softplus", "layer_norm_epsilon", "attn_pdrop"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void Decode(Gpt2Model model, int rows, bool onTensors)
    {
        using var prefix = DecodingSessionTests.Prefix(model, rows);
        using var session = model.Start(new DecodingStart(model, prefix, null, [1], 3), onTensors);
        session.Advance([1, 0], [2, 3]);
        session.Advance([0, 0], [2, 3]);
        session.Advance([.. Enumerable.Repeat(1, rows)], [.. Enumerable.Repeat(4, rows)]);
        Assert.Equal(model.VocabularySize, session.Logits(0).Length);
    }
}
