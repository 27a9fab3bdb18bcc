using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class SiglipImageEncoderTests
{
    private static readonly string Folder = Path.Combine(SampleCaptioner.Repository, "tests", "golden", "models", "tiny-siglip");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_captioners_folder_keeps_the_encoder_whole(bool isTrained)
    {
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var original = SiglipImageEncoder.FromPretrained(Folder, new ComputeOptions { Trainable = isTrained });
        if (isTrained)
        {
            using var frozen = no_grad();
            original.NamedParameters().Single(p => p.Key == "vision_model.post_layernorm.weight").Value.mul_(2.ToScalar());
        }

        var description = new JsonObject { ["kind"] = ((ISavablePart)original).Kind, ["path"] = "encoder" };
        ((ISavablePart)original).Save(target.Path, description);
        using var copy = Assert.IsType<SiglipImageEncoder>(SavedParts.LoadEncoder(description, target.Path));
        Assert.True(copy.Encode(Pixels()).allclose(original.Encode(Pixels()), rtol: 1e-4, atol: 1e-4));
        Assert.Equivalent(original.Preprocessor.Options, copy.Preprocessor.Options, strict: true);
        using var whole = ModelFolder.Open(target.Path);
        SiglipModel.Load(whole).Dispose();
    }

    [Fact]
    public void Every_kind_of_encoder_is_loaded_by_what_its_path_holds()
    {
        using var clip = new TinyClip();
        using var openAi = new TinyOpenAiClip();
        using var folder = clip.Open();
        using var first = ImageEncoders.FromPretrained(Folder);
        using var second = ImageEncoders.FromPretrained(folder.Path);
        using var third = ImageEncoders.FromPretrained(openAi.File);
        Assert.IsType<SiglipImageEncoder>(first);
        Assert.IsType<ClipImageEncoder>(second);
        Assert.IsType<ClipImageEncoder>(third);
        Assert.Equal(64, ((IIdentifiedModel)first).Identity.ContentHash.Length);
    }

    [Fact]
    public void A_folder_of_another_kind_is_refused_by_its_field()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"model_type": "gpt2"}""");
        Assert.Contains("$.model_type is 'gpt2'", Assert.Throws<CheckpointFormatException>(() => ImageEncoders.FromPretrained(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("$.model_type is 'gpt2'", Assert.Throws<CheckpointFormatException>(() => SiglipImageEncoder.FromPretrained(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_are_given_back()
    {
        using var pixels = Pixels();
        Use();
        var before = CountsTensors.Settled();
        Use();
        Assert.Equal(before, Tensor.TotalCount);

        void Use()
        {
            using var encoder = SiglipImageEncoder.FromPretrained(Folder);
            encoder.Encode(pixels).Dispose();
        }
    }

    private static Tensor Pixels()
    {
        using var generator = new Generator(7, CPU);
        return randn([2, 3, 64, 64], generator: generator);
    }
}
