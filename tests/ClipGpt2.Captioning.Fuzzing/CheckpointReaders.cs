using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using ClipGpt2.Captioning.Weights.PyTorch;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>The readers of files of weights and of checkpoints, with the golden files to start from.</summary>
/// <param name="golden">The golden folder.</param>
/// <param name="made">Where files are put that the golden folder lacks.</param>
internal sealed class CheckpointReaders(string golden, string made)
{
    private static readonly string[] PyTorchEndings = [".pkl", ".pt", ".bin"];

    private readonly Lazy<FileForms> _forms = new(() => new FileForms(golden, PyTorchEndings));

    public IReadOnlyList<FuzzReader> All() =>
    [
        new("pickle", () => _forms.Value.Plain, ReadPyTorch),
        new("zip", () => _forms.Value.Zip, ReadPyTorch),
        new("legacy", () => _forms.Value.Legacy, ReadPyTorch),
        new("torchscript", () => _forms.Value.TorchScript, ReadPyTorch),
        new("safetensors", () => Files("checkpoints/safetensors", ".safetensors"), ReadSafetensors),
        new("sharded", () => [.. Folder("checkpoints/safetensors/sharded_good"), .. Folder("checkpoints/formats/sharded-bin")], ReadAll),
        new("checkpoint", () => [.. Files("checkpoints/seed", ".pkl"), .. Files("checkpoints/clipcap", ".pt"), MadeFiles.OwnCheckpoint(golden, made)], ReadCheckpoint),
        new("clipcap-data", () => Files("checkpoints/clipcap", ".pkl"), path => ClipCapDataset.Read(path)),
        new("adapter", () => [.. Folder("models/tiny-gpt2-lora")], ReadAdapter),
        new("captioner", () => MadeFiles.Captioner(golden, made), ReadCaptioner),
    ];

    private IReadOnlyList<FuzzSeed> Files(string folder, string ending) =>
        [.. FileForms.Enumerate(Path.Combine(golden, folder), [ending]).Select(path => FuzzSeed.Load(path, golden))];

    private IEnumerable<FuzzSeed> Folder(string folder) => Directory.EnumerateFiles(Path.Combine(golden, folder)).Order(StringComparer.Ordinal)
        .Select(path => FuzzSeed.Load(path, golden) with { Folder = Path.Combine(golden, folder) });

    private static void ReadPyTorch(string path)
    {
        using var file = PyTorchFile.Open(path);
        ReadAll(file);
        ValueWalk.Over(file.Root);
        file.StateDict();
    }

    private static void ReadSafetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        ReadAll(file);
    }

    private static void ReadAll(string path)
    {
        using var source = TensorFiles.Open(path);
        ReadAll(source);
    }

    private static void ReadCheckpoint(string path)
    {
        using var checkpoint = CaptionCheckpoint.Open(path);
        _ = checkpoint.TrainLoss;
        _ = checkpoint.ValidationLoss;
    }

    /// <summary>Reads low-rank adapters and fits them to the model that they were trained beside.</summary>
    private void ReadAdapter(string path)
    {
        using var adapter = LoraAdapter.Open(path);
        ReadAll(adapter.Weights);
        var config = Gpt2Config.Read(ConfigSection.Load(Path.Combine(golden, "models", "tiny-gpt2", "config.json")));
        foreach (var matrix in Gpt2Adapters.Load(config, adapter.Config, adapter.Weights, new ComputeOptions()).Values)
        {
            matrix.Delta().Dispose();
            matrix.Dispose();
        }
    }

    /// <summary>Reads what a captioner's folder has of this library's own: its description, and the projector. The models in it are files of other readers.</summary>
    private static void ReadCaptioner(string path)
    {
        var (folder, options) = (CaptionerFolder.Open(path), new CaptionerOptions());
        using var description = folder.Describe();
        var loading = new PartLoading(options.Parts, options.Compute, new HashSet<string>(), options.ModelSearch, NullLogger.Instance);
        using var projector = PartLoader.Load(options.Parts.Projectors, description.Projector, loading);
    }

    /// <summary>Reads every tensor; one that a small file makes large is a fault.</summary>
    private static void ReadAll(ITensorSource source)
    {
        foreach (var name in source.Tensors.Keys)
        {
            using var tensor = source.Read(name);
            if (tensor.numel() * tensor.ElementSize > FuzzLimits.Default.MostBytes)
            {
                throw new InvalidOperationException($"The tensor '{name}' has {tensor.numel()} elements.");
            }

            if (tensor.numel() > 0)
            {
                _ = tensor.bytes[^1];
            }
        }
    }
}
