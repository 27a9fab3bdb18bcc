using System.Text.RegularExpressions;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

/// <summary>The golden models' weights: every form gives the tensors that a model asks for by the same names.</summary>
[Trait("Golden", "checkpoints")]
public sealed partial class ModelFolderGoldenTests
{
    public static TheoryData<string> Gpt2Folders => new(Folders("gpt2"));

    public static TheoryData<string> ClipFolders => new(Folders("clip").Concat(Folders("clip_vision_model")));

    public static TheoryData<string> SafetensorsFiles =>
        new(Directory.EnumerateFiles(GoldenRoot.Path("models"), "*.safetensors", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(GoldenRoot.Folder, f)).Order());

    [Theory]
    [MemberData(nameof(Gpt2Folders))]
    public void A_GPT2_in_any_form_has_the_weights_of_the_language_model(string folder)
    {
        using var model = ModelFolder.Open(GoldenRoot.Path(folder));
        using var loader = new WeightLoader(model.Weights, new ComputeOptions(), Gpt2Names.For(model.Weights));
        var hidden = model.Config.Int("n_embd");
        loader.Take("transformer.wte.weight", model.Config.Int("vocab_size"), hidden);
        loader.Take("transformer.wpe.weight", model.Config.Int("n_positions"), hidden);
        foreach (var norm in Enumerable.Range(0, model.Config.Int("n_layer")).SelectMany(i => new[] { $"h.{i}.ln_1", $"h.{i}.ln_2" }).Append("ln_f"))
        {
            loader.Take($"transformer.{norm}.weight", hidden);
            loader.Take($"transformer.{norm}.bias", hidden);
        }

        foreach (var (name, input, output) in Enumerable.Range(0, model.Config.Int("n_layer")).SelectMany(i => Products(i, hidden)))
        {
            loader.Take($"transformer.{name}.weight", input, output);
            loader.Take($"transformer.{name}.bias", output);
        }

        loader.Ignore(name => name.EndsWith("lm_head.weight", StringComparison.Ordinal));
        loader.Finish();
    }

    [Theory]
    [MemberData(nameof(ClipFolders))]
    public void A_CLIP_in_any_form_has_the_weights_of_the_vision_tower(string folder)
    {
        using var model = ModelFolder.Open(GoldenRoot.Path(folder));
        var vision = model.Config.FindSection("vision_config") ?? model.Config;
        using var loader = new WeightLoader(model.Weights, new ComputeOptions(), new ClipNames());
        loader.Take("visual_projection.weight", vision.Int("projection_dim"), vision.Int("hidden_size"));
        loader.Take("vision_model.embeddings.class_embedding", vision.Int("hidden_size"));
        loader.Ignore(name => name.Contains("_model.", StringComparison.Ordinal) && !name.EndsWith("position_ids", StringComparison.Ordinal));
        loader.Ignore(name => name is "text_projection.weight" or "logit_scale");
        loader.Finish();
    }

    [Theory]
    [MemberData(nameof(SafetensorsFiles))]
    public void Writing_what_the_reference_wrote_gives_its_bytes(string path)
    {
        var copy = Path.GetTempFileName();
        try
        {
            using var scope = torch.NewDisposeScope();
            using var file = SafetensorsFile.Open(GoldenRoot.Path(path));
            SafetensorsWriter.Write(copy, file.Tensors.Keys.Select(name => KeyValuePair.Create(name, file.Read(name))), file.Metadata);
            Assert.Equal(File.ReadAllBytes(GoldenRoot.Path(path)), File.ReadAllBytes(copy));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <summary>The matrix products of a block: name, input and output size.</summary>
    private static IEnumerable<(string Name, int Input, int Output)> Products(int block, int hidden) =>
    [
        ($"h.{block}.attn.c_attn", hidden, 3 * hidden), ($"h.{block}.attn.c_proj", hidden, hidden),
        ($"h.{block}.mlp.c_fc", hidden, 4 * hidden), ($"h.{block}.mlp.c_proj", 4 * hidden, hidden),
    ];

    /// <summary>The model folders of a type that hold whole weights.</summary>
    private static IEnumerable<string> Folders(string modelType) =>
        from config in Directory.EnumerateFiles(GoldenRoot.Path("models"), "config.json", SearchOption.AllDirectories).Order()
        let folder = Path.GetDirectoryName(config)!
        where ConfigSection.Load(config).Text("model_type", "") == modelType && Directory.EnumerateFiles(folder).Any(file => Weights().IsMatch(Path.GetFileName(file)))
        select Path.GetRelativePath(GoldenRoot.Folder, folder);

    [GeneratedRegex(@"^(model.*\.safetensors|pytorch_model.*\.bin)\z")]
    private static partial Regex Weights();
}
