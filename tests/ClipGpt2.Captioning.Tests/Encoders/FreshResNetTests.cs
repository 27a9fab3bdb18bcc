using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class FreshResNetTests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };
    private static readonly ModifiedResNetConfig Small = new([1, 2, 1, 1], Width: 8, Heads: 4, ImageSize: 64, ProjectionSize: 24);
    private static readonly ImagePreprocessor Preprocessor = new(new ImagePreprocessorOptions { ShortestEdge = 64, CropSize = new(64, 64) });

    [Fact]
    public void A_saved_one_loads_again_and_gives_the_same_embeddings()
    {
        using var folder = new TemporaryFolder();
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var encoder = ClipImageEncoder.CreateFreshResNet(Small, Preprocessor, seed: 5, Training);
        encoder.Save(folder.Path);
        using var loaded = ClipImageEncoder.FromPretrained(folder.Path);
        Assert.Equal(24, loaded.Features.Size);
        Assert.Equal(Preprocessor.Options.CropSize, loaded.Preprocessor.Options.CropSize);
        Assert.True(loaded.Encode(pixels).allclose(encoder.Encode(pixels), atol: 1e-5));
    }

    [Fact]
    public void The_seed_alone_decides_and_pictures_matter()
    {
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var first = ClipImageEncoder.CreateFreshResNet(Small, Preprocessor, seed: 5);
        using var second = ClipImageEncoder.CreateFreshResNet(Small, Preprocessor, seed: 5);
        using var other = ClipImageEncoder.CreateFreshResNet(Small, Preprocessor, seed: 6);
        var embeddings = first.Encode(pixels);
        Assert.True(embeddings.equal(second.Encode(pixels)).all().item<bool>());
        Assert.False(embeddings.allclose(other.Encode(pixels), atol: 1e-3));
        Assert.False(embeddings[0].allclose(embeddings[1], atol: 1e-3));
    }

    [Fact]
    public void A_step_down_the_gradient_lowers_what_it_is_of()
    {
        using var pixels = Pixels();
        using var scope = NewDisposeScope();
        using var encoder = ClipImageEncoder.CreateFreshResNet(Small, Preprocessor, seed: 5, Training);
        var before = Loss();
        before.backward();

        // A block's last normalisation begins at 0, behind which nothing has a gradient yet.
        Assert.All(encoder.NamedParameters().Where(p => !p.Key.Contains(".conv") && !p.Key.Contains(".bn1") && !p.Key.Contains(".bn2")), p => Assert.NotNull(p.Value.grad));
        using (no_grad())
        {
            foreach (var (_, weight) in encoder.NamedParameters().Where(p => p.Value.grad is not null))
            {
                using var step = weight.grad! * tensor(1e-3f);
                weight.sub_(step);
            }
        }

        Assert.True(Loss().item<float>() < before.item<float>());

        Tensor Loss() => encoder.Encode(pixels).square().sum();
    }

    [Fact]
    public void Sizes_that_cant_be_are_listed_together()
    {
        var error = Assert.Throws<CaptioningException>(() => ClipImageEncoder.CreateFreshResNet(new([1, 1], 7, 5, 50, 0), Preprocessor, seed: 5));
        Assert.All(["Layers must be 4", "Width must be even", "Heads must divide", "ImageSize must be a multiple of 32", "ProjectionSize must be above 0"], text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Contains("make them equal", Assert.Throws<CaptioningException>(() => ClipImageEncoder.CreateFreshResNet(Small with { ImageSize = 96 }, Preprocessor, seed: 5)).Message, StringComparison.Ordinal);
    }

    private static Tensor Pixels()
    {
        using var generator = new Generator(3, CPU);
        return rand(2, 3, 64, 64, generator: generator);
    }
}
