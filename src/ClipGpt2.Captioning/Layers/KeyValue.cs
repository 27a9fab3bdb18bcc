using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The keys and values of one block.</summary>
/// <param name="Key">[B, heads, T, head size].</param>
/// <param name="Value">[B, heads, T, head size].</param>
internal sealed record KeyValue(Tensor Key, Tensor Value) : IKeyValueStore, IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Key.Dispose();
        Value.Dispose();
    }

    KeyValue IKeyValueStore.Append(Tensor key, Tensor value) => new(cat([Key, key], dim: 2), cat([Value, value], dim: 2));

    internal KeyValue MoveToOuterDisposeScope()
    {
        Key.MoveToOuterDisposeScope();
        Value.MoveToOuterDisposeScope();
        return this;
    }
}
