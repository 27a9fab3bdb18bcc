using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ImageFeaturesTests
{
    private static readonly string Siglip = Path.Combine(SampleCaptioner.Repository, "tests", "golden", "models", "tiny-siglip");

    [Theory]
    [InlineData(ImageFeatures.Tokens, 0)]
    [InlineData(ImageFeatures.Patches, 1)]
    public void Clip_gives_its_last_hidden_state_with_and_without_the_class_token(ImageFeatures gives, int first)
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var folder = clip.Open();
        using var plain = ClipImageEncoder.FromPretrained(folder.Path);
        using var encoder = ClipImageEncoder.FromPretrained(folder.Path, gives: gives);
        var pixels = TinyClip.Pixels(3);
        using var whole = plain.EncodeAll(pixels);
        var length = (int)whole.LastHiddenState.shape[1] - first;
        Assert.Equal(new FeatureShape((int)whole.LastHiddenState.shape[2], length), encoder.Features);
        var found = encoder.Encode(pixels);
        Assert.Equal(encoder.Features.Of(3), found.shape);
        Assert.True(found.allclose(whole.LastHiddenState.narrow(1, first, length), rtol: 0, atol: 1e-5));
        Assert.Equal(new FeatureShape(12), plain.Features);
    }

    [Fact]
    public void Siglip_gives_its_patches()
    {
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(Siglip);
        using var model = SiglipModel.Load(folder);
        using var encoder = ImageEncoders.FromPretrained(Siglip, gives: ImageFeatures.Patches);
        var side = model.Vision.Config.ImageSize;
        var pixels = randn(2, 3, side, side, generator: new Generator(1, CPU));
        using var whole = model.Vision.Forward(pixels, hiddenStates: false);
        var found = encoder.Encode(pixels);
        Assert.Equal(encoder.Features.Of(2), found.shape);
        Assert.True(found.allclose(whole.LastHiddenState, rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void A_modified_resnet_gives_the_positions_of_its_last_map()
    {
        using var scope = NewDisposeScope();
        using var resNet = ClipImageEncoder.CreateFreshResNet(
            new ModifiedResNetConfig([1, 1, 1, 1], Width: 4, Heads: 2, ImageSize: 64, ProjectionSize: 6), Preprocessor(64), seed: 1).Giving(ImageFeatures.Patches);
        var pixels = randn(2, 3, 64, 64, generator: new Generator(1, CPU));
        using var whole = resNet.EncodeAll(pixels);
        Assert.Equal(new FeatureShape(4 * 32, 4), resNet.Features);
        Assert.True(resNet.Encode(pixels).equal(whole.LastHiddenState).all().item<bool>());
    }

    [Fact]
    public void A_tower_without_class_token_cant_give_one()
    {
        var config = new ModifiedResNetConfig([1, 1, 1, 1], Width: 4, Heads: 2, ImageSize: 32, ProjectionSize: 6);
        var error = Assert.Throws<CaptioningException>(() => ClipImageEncoder.CreateFreshResNet(config, Preprocessor(32), seed: 1).Giving(ImageFeatures.Tokens));
        Assert.Contains("ImageFeatures.Patches", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CaptioningException>(() => ImageEncoders.FromPretrained(Siglip, gives: ImageFeatures.Tokens));
        Assert.Contains("SigLIP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_captioners_folder_keeps_what_an_encoder_gives()
    {
        using var scope = NewDisposeScope();
        using var target = new TemporaryFolder();
        using var clip = ClipImageEncoder.CreateFresh(
            new ClipVisionConfig { HiddenSize = 8, Layers = 1, Heads = 2, IntermediateSize = 16, ImageSize = 16, PatchSize = 8, ProjectionSize = 4 },
            Preprocessor(16), seed: 1, new ComputeOptions { Trainable = true }, ImageFeatures.Patches);
        using var siglip = SiglipImageEncoder.FromPretrained(Siglip, gives: ImageFeatures.Patches);
        foreach (var encoder in new IImageEncoder[] { clip, siglip })
        {
            var description = new JsonObject { ["kind"] = ((ISavablePart)encoder).Kind, ["path"] = "encoder" };
            var path = target.File(((ISavablePart)encoder).Kind);
            ((ISavablePart)encoder).Save(path, description);
            using var copy = SavedParts.LoadEncoder(description, path);
            Assert.Equal((encoder.Features, encoder.Features.Length), (copy.Features, copy.Features.Length));
            description["gives"] = "Nothing";
            var error = Assert.Throws<CheckpointFormatException>(() => SavedParts.LoadEncoder(description, path));
            Assert.Contains("Embedding, Patches, Tokens", error.Message, StringComparison.Ordinal);
        }
    }

    private static ConfigSection Parse(JsonObject description) => ConfigSection.Parse("captioner.json", Encoding.UTF8.GetBytes(description.ToJsonString()));

    private static ImagePreprocessor Preprocessor(int side) => new(new ImagePreprocessorOptions { ShortestEdge = side, CropSize = new ImageSize(side, side) });
}
