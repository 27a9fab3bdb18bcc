using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>One block's keys and values in memory that was laid out once for the longest text.</summary>
internal sealed class TensorCache(int heads, int headSize, int capacity, ScalarType type, Device device) : IKeyValueStore, IDisposable
{
    private Tensor? _keys; // [rows, heads, capacity, head size]
    private Tensor? _values;
    private Tensor? _spareKeys;
    private Tensor? _spareValues;
    private long _length;

    public KeyValue Append(Tensor key, Tensor value)
    {
        _keys ??= Create(key.shape[0]);
        _values ??= Create(key.shape[0]);
        var count = key.shape[2];
        _keys.narrow(2, _length, count).copy_(key);
        _values.narrow(2, _length, count).copy_(value);
        _length += count;
        return new(_keys.narrow(2, 0, _length), _values.narrow(2, 0, _length));
    }

    /// <summary>Makes new row i a copy of old row <c>parents[i]</c>.</summary>
    /// <param name="parents">int64 [rows], on the cache's device.</param>
    public void Branch(Tensor parents)
    {
        using var scope = NewDisposeScope();
        (_keys, _spareKeys) = Gather(_keys!, _spareKeys, parents);
        (_values, _spareValues) = Gather(_values!, _spareValues, parents);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        _spareKeys?.Dispose();
        _spareValues?.Dispose();
    }

    private (Tensor Gathered, Tensor? Spare) Gather(Tensor from, Tensor? to, Tensor parents)
    {
        if (to?.shape[0] != parents.shape[0])
        {
            to?.Dispose();
            to = Create(parents.shape[0]);
        }

        to.narrow(2, 0, _length).copy_(from.narrow(2, 0, _length).index_select(0, parents));
        if (from.shape[0] == parents.shape[0])
        {
            return (to, from);
        }

        from.Dispose();
        return (to, null);
    }

    private Tensor Create(long rows) => empty([rows, heads, capacity, headSize], type, device).DetachFromDisposeScope();
}
