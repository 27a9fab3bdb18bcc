using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Tensors in memory, as a source that models are built from.</summary>
/// <remarks>What it hands out lies on the memory of the given tensors.</remarks>
internal sealed class MemoryTensors : ITensorSource
{
    private readonly Dictionary<string, Tensor> _tensors;

    /// <param name="location">What to call it in messages.</param>
    /// <param name="tensors">The tensors, which this then owns.</param>
    public MemoryTensors(string location, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        Location = location;
        _tensors = new Dictionary<string, Tensor>(tensors, StringComparer.Ordinal);
        Tensors = _tensors.ToDictionary(t => t.Key, t => Describe(t.Key, t.Value), StringComparer.Ordinal);
    }

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public Tensor Read(string name)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            throw new CheckpointFormatException($"{Location} has no tensor '{name}'.");
        }

        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static TensorInfo Describe(string name, Tensor tensor)
    {
        var type = ElementType.Of(tensor.dtype) ?? throw new CheckpointFormatException($"The tensor '{name}' is {tensor.dtype}, which no weight is.");
        return new TensorInfo(name, type.Name, tensor.shape, tensor.numel() * type.Bits / 8);
    }
}
