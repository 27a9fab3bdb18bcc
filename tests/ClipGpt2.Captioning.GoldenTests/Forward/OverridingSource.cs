using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>A model's weights, some of which are replaced by a golden file's.</summary>
internal sealed class OverridingSource(ITensorSource source, GoldenTensorFile overrides, string namePrefix) : ITensorSource
{
    public string Location => source.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => source.Tensors;

    /// <summary>The replacements that the model has no parameter for.</summary>
    public IEnumerable<string> Strangers =>
        overrides.Names.Where(name => name.StartsWith(namePrefix, StringComparison.Ordinal) && !source.Tensors.ContainsKey(name[namePrefix.Length..]));

    public torch.Tensor Read(string name) => overrides.Contains(namePrefix + name) ? overrides[namePrefix + name].ToTorch() : source.Read(name);

    public void Dispose()
    {
    }
}
