using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Inference;

/// <summary>A folder with pictures and with checkpoints of this library upon the golden tiny models, whose names are full paths.</summary>
internal sealed class ReferenceRoot : IDisposable
{
    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public ReferenceRoot()
    {
        Directory.CreateDirectory(Images);
        Directory.CreateDirectory(Models);
    }

    public string Images => Path.Combine(_folder, "images");

    public string Models => Path.Combine(_folder, "models");

    public string Output => Path.Combine(_folder, "out", "captions.csv");

    public InferenceConfiguration Configuration => new() { ImagesDir = Images, TrainedModelsDir = Models, OutputFilename = Output };

    /// <summary>Puts a golden scene there.</summary>
    public void AddPicture(string name, int scene) => File.Copy(Path.Combine(Golden, "scenes", $"scene_{scene:D6}.jpg"), Path.Combine(Images, name));

    /// <summary>Puts a checkpoint there: the reference program's square one as this library writes checkpoints.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="side">What pictures are squashed to.</param>
    /// <param name="isBroken">Whether the projector's weights are NaN.</param>
    public void AddModel(string name, int side = 64, bool isBroken = false)
    {
        using var scope = torch.NewDisposeScope();
        using var seed = CaptionCheckpoint.Open(Path.Combine(Golden, "checkpoints", "seed", "clip_gpt2_square.pkl"));
        using var file = TensorFiles.Open(seed.Path);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "clipgpt2.caption_checkpoint",
            ["version"] = "1",
            ["clip_config"] = $$"""{"image_size":[{{side}},{{side}}],"model":"{{Model("tiny-clip")}}"}""",
            ["gpt2_config"] = $$"""{"model":"{{Model("tiny-gpt2")}}"}""",
            ["projector_config"] = """{"kind":"linear_tanh","prefix_length":5,"embedding_dim":48,"hidden_size":64}""",
        };
        SafetensorsWriter.Write(Path.Combine(Models, name), file.Tensors.Keys.Select(key => KeyValuePair.Create(key, Weight(key))), metadata);

        torch.Tensor Weight(string key) => isBroken && key.StartsWith("projector.", StringComparison.Ordinal) ? torch.full_like(file.Read(key), float.NaN.ToScalar()) : file.Read(key);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Model(string name) => Path.Combine(Golden, "models", name).Replace('\\', '/');
}
