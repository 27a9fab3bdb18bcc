using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Loading GPT-2 small from a folder in Hugging Face's form, beside the plain reading of its file; both from the system's page cache.</summary>
internal sealed class LoadingFamily(FullSizeModels models)
{
    private const string FileName = "model.safetensors";
    private const long LargestRead = 16 << 20;
    private const string Config = """{ "model_type": "gpt2" }""";

    private static readonly TimeSpan Rearranging = TimeSpan.FromMilliseconds(500);

    public IEnumerable<Workload> Workloads() => [Load()];

    public Workload Load()
    {
        var folder = Path.Combine(BenchmarkFolders.Cache, $"gpt2-small-{Environment.ProcessId}");
        Gpt2Model? model = null;
        return new Workload("loading GPT-2 small", Unit.Milliseconds(), Variant(Precision.Float32), Variant(Precision.BFloat16))
        {
            Yardstick = new Contender("reading the file", () => ReadFile(Path.Combine(folder, FileName))),
            Begin = () => WriteModel(folder),
            End = () =>
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            },
        };

        Variant Variant(Precision precision) => new(new Contender(precision.ToString(), () => LoadModel(precision), Finish: Unload));

        void Unload()
        {
            // The system goes on rearranging the weights' pages in the background, which must not burden what is measured next.
            Thread.Sleep(Rearranging);
            model?.Dispose();
        }

        void LoadModel(Precision precision)
        {
            using var source = ModelFolder.Open(folder);
            model = Gpt2Model.Load(source, new ComputeOptions { Precision = precision });
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
