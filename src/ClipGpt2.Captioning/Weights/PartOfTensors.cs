using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Those tensors of a file whose names begin with a part's, without that beginning.</summary>
/// <param name="whole">The file; it stays the caller's.</param>
/// <param name="namePrefix">What the part's names begin with, such as <c>projector.</c>.</param>
internal sealed class PartOfTensors(ITensorSource whole, string namePrefix) : ITensorSource
{
    public string Location => whole.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = whole.Tensors
        .Where(tensor => tensor.Key.StartsWith(namePrefix, StringComparison.Ordinal))
        .ToDictionary(tensor => tensor.Key[namePrefix.Length..], tensor => tensor.Value with { Name = tensor.Key[namePrefix.Length..] }, StringComparer.Ordinal);

    public torch.Tensor Read(string name) => whole.Read(namePrefix + name);

    public void Dispose()
    {
    }
}
