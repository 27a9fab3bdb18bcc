using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ModifiedResNetTests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };

    [Fact]
    public void Folded_and_plain_normalisation_give_the_same_embeddings()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var scope = NewDisposeScope();
        using var packed = clip.LoadEncoder();
        using var plain = clip.LoadEncoder(Training);
        var (expected, found) = (plain.Encode(clip.Pixels()), packed.Encode(clip.Pixels()));
        Assert.True(found.allclose(expected, rtol: 1e-4, atol: 1e-4), $"{(found - expected).abs().max().item<float>()}");
    }

    [Fact]
    public void A_batch_gives_what_its_pictures_give_alone()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var scope = NewDisposeScope();
        using var encoder = clip.LoadEncoder();
        var pixels = clip.Pixels(3);
        var alone = cat([.. Enumerable.Range(0, 3).Select(i => encoder.Encode(pixels.narrow(0, i, 1)))], 0);
        Assert.True(encoder.Encode(pixels).allclose(alone, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Bfloat16_points_the_same_way()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var scope = NewDisposeScope();
        using var exact = clip.LoadEncoder();
        using var narrow = clip.LoadEncoder(new ComputeOptions { Precision = Precision.BFloat16 });
        var cosine = nn.functional.cosine_similarity(exact.Encode(clip.Pixels()), narrow.Encode(clip.Pixels()), 1);
        Assert.True(cosine.min().item<float>() > 0.999, $"{cosine.min().item<float>()}");
    }

    [Fact]
    public void Gradients_reach_every_weight_and_running_statistics_stay()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var scope = NewDisposeScope();
        using var encoder = clip.LoadEncoder(Training);
        var before = encoder.Encode(clip.Pixels()).detach().clone();
        encoder.Encode(clip.Pixels()).square().sum().backward();
        var parameters = encoder.NamedParameters().ToList();
        Assert.Equal(
            clip.Names.Where(n => n.StartsWith("visual.", StringComparison.Ordinal) && !n.Contains("running_", StringComparison.Ordinal) && !n.Contains("num_batches", StringComparison.Ordinal)).Order(),
            parameters.Select(p => p.Key).Order());

        // The keys' bias shifts all scores alike, which the softmax doesn't see.
        Assert.All(parameters.Where(p => p.Key != "visual.attnpool.k_proj.bias"), p => Assert.True(p.Value.grad is { } gradient && gradient.abs().sum().item<float>() > 0, p.Key));
        Assert.True(encoder.Encode(clip.Pixels()).equal(before).all().item<bool>());
    }

    [Fact]
    public void What_lies_on_the_way_is_a_row_for_each_position()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var encoder = clip.LoadEncoder();
        using var pixels = clip.Pixels();
        using var output = encoder.EncodeAll(pixels, hiddenStates: true);
        Assert.Equal([[2L, 256, 4], [2, 256, 16], [2, 64, 32], [2, 16, 64], [2, 4, 128]], output.HiddenStates.Select(state => state.shape));
        Assert.Equal([2L, 4, 128], output.LastHiddenState.shape);
        Assert.Equal([2L, 128], output.Pooled!.shape);
    }

    [Theory]
    [InlineData(3, 32)]
    [InlineData(1, 64)]
    public void Pixels_of_another_shape_are_refused(int channels, int side)
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var encoder = clip.LoadEncoder();
        using var pixels = zeros(1, channels, side, side);
        Assert.Contains("[B, 3, 64, 64]", Assert.Throws<CaptioningException>(() => encoder.Encode(pixels)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tensors_are_given_back(bool trainable)
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var pixels = clip.Pixels();
        Use();
        var before = CountsTensors.Settled();
        Use();
        Assert.Equal(before, Tensor.TotalCount);

        void Use()
        {
            using var encoder = clip.LoadEncoder(new ComputeOptions { Trainable = trainable });
            encoder.Encode(pixels).Dispose();
            encoder.EncodeAll(pixels, hiddenStates: true).Dispose();
        }
    }
}
