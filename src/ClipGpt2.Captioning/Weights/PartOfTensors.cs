using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Those tensors of a file whose names begin with a part's, without that beginning.</summary>
/// <param name="whole">The file; it stays the caller's.</param>
/// <param name="beginning">What the part's names begin with, such as <c>projector.</c>.</param>
internal sealed class PartOfTensors(ITensorSource whole, string beginning) : ITensorSource
{
    public string Location => whole.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = whole.Tensors
        .Where(tensor => tensor.Key.StartsWith(beginning, StringComparison.Ordinal))
        .ToDictionary(tensor => tensor.Key[beginning.Length..], tensor => tensor.Value with { Name = tensor.Key[beginning.Length..] }, StringComparer.Ordinal);

    public torch.Tensor Read(string name) => whole.Read(beginning + name);

    public void Dispose()
    {
    }
}
