using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Loading GPT-2 small from a folder in Hugging Face's form, beside the plain reading of its file; both from the system's page cache.</summary>
internal sealed class LoadingFamily(FullSizeModels models)
{
    private const string FileName = "model.safetensors";
    private const long LargestRead = 16 << 20;
    private const string Config = """{ "model_type": "gpt2" }""";

    private static readonly TimeSpan Rearranging = TimeSpan.FromMilliseconds(500);

    private readonly string _folder = Path.Combine(BenchmarkFolders.Cache, $"gpt2-small-{Environment.ProcessId}");

    public IEnumerable<Workload> Workloads() => [Load()];

    /// <summary>The part of loading in which the layers prove themselves.</summary>
    public Workload Prove()
    {
        return new Workload("proofs of GPT-2 small", Unit.Milliseconds(), [.. Precisions.Select(Variant)]) { Begin = () => WriteModel(_folder), End = RemoveModel };

        Variant Variant(Precision precision)
        {
            var before = TimeSpan.Zero;
            var loading = Loading(precision);
            return new(loading with { Prepare = () => before = KernelLedger.ProofTime, Part = () => (KernelLedger.ProofTime - before).TotalSeconds });
        }
    }

    public Workload Load() => new("loading GPT-2 small", Unit.Milliseconds(), [.. Precisions.Select(precision => new Variant(Loading(precision)))])
    {
        Yardstick = new Contender("reading the file", () => ReadFile(Path.Combine(_folder, FileName))),
        Begin = () => WriteModel(_folder),
        End = RemoveModel,
    };

    private static IEnumerable<Precision> Precisions => FullSizeModels.Precisions.Where(precision => precision != Precision.Int8Weights);

    private Contender Loading(Precision precision)
    {
        Gpt2Model? model = null;
        return new Contender(precision.ToString(), LoadModel, Finish: Unload);

        void Unload()
        {
            // The system goes on rearranging the weights' pages in the background, which must not burden what is measured next.
            Thread.Sleep(Rearranging);
            model?.Dispose();
        }

        void LoadModel()
        {
            using var source = ModelFolder.Open(_folder);
            model = Gpt2Model.Load(source, new ComputeOptions { Precision = precision });
        }
    }

    private void RemoveModel()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Reads into fresh memory, as a program that starts has to; an array would come from memory that the process has already touched.</summary>
    private static unsafe void ReadFile(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var memory = (byte*)NativeMemory.Alloc((nuint)length);
        for (long offset = 0; offset < length;)
        {
            var part = new Span<byte>(memory + offset, (int)Math.Min(LargestRead, length - offset));
            offset += RandomAccess.Read(file, part, offset);
        }

        NativeMemory.Free(memory);
    }

    private void WriteModel(string folder)
    {
        Directory.CreateDirectory(folder);
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var source = models.Gpt2Tensors();
        SafetensorsWriter.Write(Path.Combine(folder, FileName), source.Tensors.Keys.Select(name => KeyValuePair.Create(name, source.Read(name))));
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
    }
}
