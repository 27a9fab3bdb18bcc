using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Loading GPT-2 small from a folder in Hugging Face's form, beside the plain reading of its file; both from the system's page cache.</summary>
internal sealed class LoadingFamily(FullSizeModels models)
{
    private const string Config = """{ "model_type": "gpt2" }""";

    public IEnumerable<Workload> Workloads()
    {
        var folder = Directory.CreateDirectory(Path.Combine(BenchmarkFolders.Cache, $"gpt2-small-{Environment.ProcessId}")).FullName;
        try
        {
            WriteModel(folder);
            yield return Load(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Workload Load(string folder)
    {
        Gpt2Model? model = null;
        return new Workload("loading GPT-2 small", Unit.Milliseconds(), Variant(Precision.Float32), Variant(Precision.BFloat16))
        {
            Yardstick = new Contender("reading the file", () => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))),
        };

        Variant Variant(Precision precision) => new(new Contender(precision.ToString(), () => LoadModel(precision), Finish: () => model?.Dispose()));

        void LoadModel(Precision precision)
        {
            using var source = ModelFolder.Open(folder);
            model = Gpt2Model.Load(source, new ComputeOptions { Precision = precision });
        }
    }

    private void WriteModel(string folder)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var source = models.Gpt2Tensors();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), source.Tensors.Keys.Select(name => KeyValuePair.Create(name, source.Read(name))));
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
    }
}
