using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>The peer's weights as our models read them: by Hugging Face's names, on the same pages of the same file.</summary>
internal sealed class PeerTensorSource : ITensorSource
{
    // The exporter turned some matrices round and marked their names.
    private const string Turned = ".T";

    private readonly FileStream _file;
    private readonly MappedFile _mapped;
    private readonly Dictionary<string, PeerTensor> _stored;

    public PeerTensorSource(PeerWeights weights)
    {
        Location = weights.DataPath;
        _file = File.OpenRead(weights.DataPath);
        _mapped = new MappedFile(Location, _file.SafeFileHandle, weights.Manifest.DataBytes);
        _stored = weights.Manifest.Tensors.ToDictionary(t => IsTurned(t) ? t.Name[..^Turned.Length] : t.Name);
        Tensors = _stored.ToDictionary(
            t => t.Key,
            t => new TensorInfo(t.Key, "F32", IsTurned(t.Value) ? [.. t.Value.Shape.Reverse()] : t.Value.Shape, t.Value.Length));
    }

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public torch.Tensor Read(string name)
    {
        var stored = _stored[name];
        var tensor = _mapped.Read(torch.ScalarType.Float32, stored.Offset, stored.Shape);
        if (!IsTurned(stored))
        {
            return tensor;
        }

        using (tensor)
        using (var turned = tensor.t())
        {
            return turned.contiguous();
        }
    }

    public void Dispose()
    {
        _mapped.Dispose();
        _file.Dispose();
    }

    private static bool IsTurned(PeerTensor tensor) => tensor.Name.EndsWith(Turned, StringComparison.Ordinal);
}
