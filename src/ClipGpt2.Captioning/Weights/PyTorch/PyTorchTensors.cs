using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>Tensors of a PyTorch file under the names that a state dict gives them.</summary>
/// <param name="location">The file.</param>
/// <param name="tensors">The tensors by name.</param>
/// <param name="file">The file, if it is to be closed with this; null if it stays the caller's.</param>
internal sealed class PyTorchTensors(string location, IReadOnlyDictionary<string, StoredTensor> tensors, IDisposable? file = null) : ITensorSource
{
    public string Location => location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = tensors.ToDictionary(
        tensor => tensor.Key,
        tensor => new TensorInfo(tensor.Key, tensor.Value.Element.Name, tensor.Value.Shape, tensor.Value.ByteLength),
        StringComparer.Ordinal);

    /// <summary>The tensors as they are stored.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Stored => tensors;

    public torch.Tensor Read(string name)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw new CheckpointFormatException($"'{location}' has no tensor '{name}'.");
        }

        TorchRuntime.Load();
        return tensor.Read(location, name);
    }

    public void Dispose() => file?.Dispose();
}
