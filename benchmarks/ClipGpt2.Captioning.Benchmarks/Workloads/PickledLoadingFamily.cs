using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights.PyTorch;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Loading GPT-2 small from a <c>pytorch_model.bin</c> as <c>torch.save</c> writes it, beside the same weights as safetensors; both from the system's page cache.</summary>
internal sealed class PickledLoadingFamily(FullSizeModels models, string folder)
{
    private const string Config = """{ "model_type": "gpt2" }""";

    private static readonly TimeSpan Rearranging = TimeSpan.FromMilliseconds(500);

    private readonly string _pickled = Path.Combine(folder, "pickled");
    private readonly string _safetensors = Path.Combine(folder, "safetensors");

    public IEnumerable<Workload> Workloads() => new[] { Precision.Float32, Precision.BFloat16 }.Where(FullSizeModels.Precisions.Contains).Select(Load);

    private Workload Load(Precision precision) =>
        new($"loading GPT-2 small as {precision}", Unit.Milliseconds(), new Variant(Contender("pytorch_model.bin", _pickled, precision)))
        {
            Peer = new Peer(Contender("model.safetensors", _safetensors, precision)),
            Begin = WriteModels,
        };

    private static Contender Contender(string name, string path, Precision precision)
    {
        Gpt2Model? model = null;
        return new Contender(name, LoadModel, Finish: Unload);

        void LoadModel()
        {
            using var source = ModelFolder.Open(path);
            model = Gpt2Model.Load(source, new ComputeOptions { Precision = precision });
        }

        void Unload()
        {
            // The system goes on rearranging the weights' pages in the background, which must not burden what is measured next.
            Thread.Sleep(Rearranging);
            model?.Dispose();
        }
    }

    private void WriteModels()
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        using var source = models.Gpt2Tensors();
        var weights = source.Tensors.Keys.Select(name => KeyValuePair.Create(name, source.Read(name))).ToList();
        foreach (var path in new[] { _pickled, _safetensors })
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "config.json"), Config);
        }

        TorchSaveArchive.Write(Path.Combine(_pickled, "pytorch_model.bin"), weights);
        SafetensorsWriter.Write(Path.Combine(_safetensors, "model.safetensors"), weights);
        RequireAgreement(weights);
    }

    private void RequireAgreement(List<KeyValuePair<string, torch.Tensor>> weights)
    {
        using var pickled = TensorFiles.Open(_pickled);
        Agreement.Require(pickled.Tensors.Count == weights.Count, $"pytorch_model.bin has {pickled.Tensors.Count} tensors and must have {weights.Count}");
        foreach (var (name, weight) in weights)
        {
            using var read = pickled.Read(name);
            Agreement.Require(read.Equals(weight), $"'{name}' of pytorch_model.bin differs");
        }
    }
}
