using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ClipImageEncoderTests
{
    [Fact]
    public void A_picture_gets_the_same_embedding_alone_and_in_a_batch()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder();
        var pixels = TinyClip.Pixels(9);
        var together = encoder.Encode(pixels);
        for (var i = 0; i < 9; i++)
        {
            Assert.True(encoder.Encode(pixels.narrow(0, i, 1)).allclose(together.narrow(0, i, 1), rtol: 0, atol: 1e-5));
        }
    }

    [Theory]
    [InlineData("quick_gelu")]
    [InlineData("gelu")]
    [InlineData("gelu_new")]
    [InlineData("relu")]
    public void Packed_layers_give_what_plain_ones_give(string activation)
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip(activation);
        using var packed = clip.LoadEncoder();
        using var plain = clip.LoadEncoder(new ComputeOptions { Trainable = true });
        var pixels = TinyClip.Pixels(3);
        Assert.True(packed.Encode(pixels).allclose(plain.Encode(pixels), rtol: 0, atol: 1e-5));
    }

    [Theory]
    [InlineData(Precision.BFloat16, 0.999)]
    [InlineData(Precision.Int8Weights, 0.999)]
    public void Smaller_number_formats_point_the_same_way(Precision precision, double cosine)
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var exact = clip.LoadEncoder();
        using var rounded = clip.LoadEncoder(new ComputeOptions { Precision = precision });
        var pixels = TinyClip.Pixels(4);
        var embeddings = rounded.Encode(pixels);
        Assert.Equal(ScalarType.Float32, embeddings.dtype);
        Assert.All(nn.functional.cosine_similarity(embeddings, exact.Encode(pixels), dim: 1).data<float>(), found => Assert.True(found > cosine, $"{found}"));
    }

    [Fact]
    public void The_short_way_to_the_embedding_equals_the_whole_pass()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var model = clip.Load();
        using var folder = clip.Open();
        var pixels = TinyClip.Pixels(3);
        using var whole = model.Vision.Forward(pixels, hiddenStates: true);
        Assert.Equal(3, whole.HiddenStates.Count);
        Assert.True(whole.LastHiddenState.equal(whole.HiddenStates[^1]).all().item<bool>());
        var embeddings = whole.Pooled!.matmul(folder.Weights.Read("visual_projection.weight").t());
        Assert.True(embeddings.allclose(model.EncodeImages(pixels), rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void Encoding_leaves_no_tensor_behind()
    {
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder();
        using var pixels = TinyClip.Pixels(2);
        var before = CountsTensors.Settled();
        encoder.Encode(pixels).Dispose();
        encoder.EncodeAll(pixels, hiddenStates: true).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_disposed_encoder_leaves_no_tensor_behind()
    {
        using var clip = new TinyClip();
        clip.LoadEncoder().Dispose();
        var before = CountsTensors.Settled();
        clip.LoadEncoder().Dispose();
        clip.LoadEncoder(new ComputeOptions { Trainable = true }).Dispose();
        clip.Load(new ComputeOptions { Precision = Precision.BFloat16 }).Dispose();

        // Each folder keeps one tensor for a mapped file's elements, which goes with the file.
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task Eight_threads_get_what_one_gets()
    {
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder();
        using var pixels = TinyClip.Pixels(2);
        using var alone = encoder.Encode(pixels);
        var expected = alone.data<float>().ToArray();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var embeddings = encoder.Encode(pixels);
            return embeddings.data<float>().ToArray();
        })));
        Assert.All(all, found => Assert.Equal(expected, found));
    }

    [Fact]
    public void Gradients_reach_every_weight_of_the_tower()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder(new ComputeOptions { Trainable = true });
        encoder.Encode(TinyClip.Pixels(2)).square().sum().backward();
        Assert.All(encoder.NamedParameters(), p => Assert.True(p.Value.grad is not null, p.Key));
    }

    [Fact]
    public void Pixels_of_another_shape_are_refused()
    {
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder();
        using var pixels = zeros(1, 3, TinyClip.ImageSize, TinyClip.ImageSize + 1);
        Assert.Contains("[B, 3, 20, 20], and got [1, 3, 20, 21]", Assert.Throws<CaptioningException>(() => encoder.Encode(pixels)).Message, StringComparison.Ordinal);
        using var none = zeros(0, 3, TinyClip.ImageSize, TinyClip.ImageSize);
        Assert.Contains("got [0, 3, 20, 20]", Assert.Throws<CaptioningException>(() => encoder.Encode(none)).Message, StringComparison.Ordinal);
        using var scalar = tensor(1f);
        Assert.Contains("got []", Assert.Throws<CaptioningException>(() => encoder.EncodeAll(scalar)).Message, StringComparison.Ordinal);
        using var bytes = zeros([1, 3, TinyClip.ImageSize, TinyClip.ImageSize], ScalarType.Byte);
        Assert.Contains("floating-point", Assert.Throws<CaptioningException>(() => encoder.Encode(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_for_training_are_not_to_be_had_from_a_packed_encoder()
    {
        using var clip = new TinyClip();
        using var encoder = clip.LoadEncoder();
        Assert.Contains("Trainable", Assert.Throws<CaptioningException>(() => encoder.NamedParameters()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num_attention_heads", 3, "$.vision_config.num_attention_heads must divide hidden_size (16)")]
    [InlineData("hidden_size", 0, "$.vision_config.hidden_size must be above 0")]
    [InlineData("hidden_act", "mish", "$.vision_config.hidden_act is 'mish'")]
    [InlineData("patch_size", 21, "$.vision_config.patch_size must be at most image_size (20)")]
    [InlineData("intermediate_size", 25, "misshapen: 'vision_model.encoder.layers.0.mlp.fc1.weight' is [24, 16] and must be [25, 16]")]
    public void A_wrong_configuration_is_named_with_its_field(string field, object value, string message)
    {
        using var clip = new TinyClip(change: config => config["vision_config"]![field] = JsonValue.Create(value));
        Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_kind_of_model_is_refused()
    {
        using var clip = new TinyClip(change: config => config["model_type"] = "gpt2");
        Assert.Contains("$.model_type is 'gpt2'", Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder()).Message, StringComparison.Ordinal);
    }
}
