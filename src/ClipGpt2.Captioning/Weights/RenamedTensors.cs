using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Some of a source's tensors, under other names.</summary>
/// <param name="whole">The source.</param>
/// <param name="rename">Given a name in the source, the new one, or null to leave the tensor out.</param>
/// <param name="owned">What is disposed with this; null if the source stays the caller's.</param>
internal sealed class RenamedTensors(ITensorSource whole, Func<string, string?> rename, IDisposable? owned = null) : ITensorSource
{
    private readonly Dictionary<string, string> _names = whole.Tensors.Keys
        .Where(name => rename(name) is not null)
        .ToDictionary(name => rename(name)!, StringComparer.Ordinal);

    public string Location => whole.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => field ??= _names.ToDictionary(
        name => name.Key, name => whole.Tensors[name.Value] with { Name = name.Key }, StringComparer.Ordinal);

    public torch.Tensor Read(string name) => _names.TryGetValue(name, out var stored)
        ? whole.Read(stored)
        : throw new CheckpointFormatException($"'{Location}' has no tensor '{name}'.");

    public void Dispose() => owned?.Dispose();
}
