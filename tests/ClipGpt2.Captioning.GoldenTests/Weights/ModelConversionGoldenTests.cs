using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

/// <summary>Every golden model folder, in whatever form its weights are, becomes a folder with the same weights as safetensors.</summary>
[Trait("Golden", "checkpoints")]
public sealed class ModelConversionGoldenTests
{
    private static readonly ComputeOptions Plain = new() { Trainable = true };

    public static TheoryData<string> Folders => new(
        from config in Directory.EnumerateFiles(GoldenRoot.Path("models"), "config.json", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(GoldenRoot.Path("checkpoints"), "config.json", SearchOption.AllDirectories)).Order()
        let folder = Path.GetDirectoryName(config)!
        where Directory.EnumerateFiles(folder).Any(file => Path.GetExtension(file) is ".safetensors" or ".bin")
        select Path.GetRelativePath(GoldenRoot.Folder, folder));

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_converted_folder_holds_the_same_model(string folder)
    {
        var target = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            ModelConversion.Convert(GoldenRoot.Path(folder), target);
            Assert.NotEmpty(Directory.GetFiles(target, "*.safetensors"));
            Assert.Empty(Directory.GetFiles(target, "*.bin"));
            using var scope = NewDisposeScope();
            using var original = ModelFolder.Open(GoldenRoot.Path(folder));
            using var converted = ModelFolder.Open(target);
            var (expected, found) = (Parameters(original), Parameters(converted));
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected, weight => Assert.True(weight.Value.equal(found[weight.Key]).all().item<bool>(), weight.Key));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    /// <summary>The weights as the model takes them, or, for models that can't be asked for them, as the file has them.</summary>
    private static Dictionary<string, Tensor> Parameters(ModelFolder folder)
    {
        switch (folder.Config.Text("model_type", Gpt2Folder.Kind))
        {
            case Gpt2Folder.Kind:
                using (var model = Gpt2Model.Load(folder, Plain, compatibility: ModelCompatibility.Transformers4))
                {
                    return Copies(model);
                }

            case ClipConfig.FullModel:
                using (var model = ClipModel.Load(folder, Plain))
                {
                    return Copies(model);
                }

            default:
                return folder.Weights.Tensors.Keys.ToDictionary(name => name, folder.Weights.Read);
        }
    }

    private static Dictionary<string, Tensor> Copies(ITrainable model) => model.NamedParameters().ToDictionary(p => p.Key, p => p.Value.detach().clone());
}
