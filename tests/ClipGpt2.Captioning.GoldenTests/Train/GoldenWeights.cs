using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Those tensors of a golden file whose names begin with a word, as weights to load.</summary>
internal sealed class GoldenWeights(GoldenTensorFile file, string namePrefix) : ITensorSource
{
    public string Location => namePrefix;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = file.Names
        .Where(name => name.StartsWith(namePrefix, StringComparison.Ordinal))
        .ToDictionary(name => name[namePrefix.Length..], name => new TensorInfo(name[namePrefix.Length..], file[name].DataType, file[name].Shape, file[name].Data.Length));

    public Tensor Read(string name) => file[namePrefix + name].ToTorch();

    public void Dispose()
    {
    }
}
