using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Those tensors of a golden file whose names begin with a word, as weights to load.</summary>
internal sealed class GoldenWeights(GoldenTensorFile file, string beginning) : ITensorSource
{
    public string Location => beginning;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = file.Names
        .Where(name => name.StartsWith(beginning, StringComparison.Ordinal))
        .ToDictionary(name => name[beginning.Length..], name => new TensorInfo(name[beginning.Length..], file[name].DataType, file[name].Shape, file[name].Data.Length));

    public Tensor Read(string name) => file[beginning + name].ToTorch();

    public void Dispose()
    {
    }
}
