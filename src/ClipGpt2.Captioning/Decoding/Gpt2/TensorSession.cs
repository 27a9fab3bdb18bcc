using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Decoding on any device through tensors: what a GPU is for.</summary>
internal sealed class TensorSession : IDecodingSession
{
    private readonly Gpt2Model _model;
    private readonly TensorCache[] _caches;
    private readonly IReadOnlyList<KeyValue> _beside; // of cross-attention, one a block
    private RowSlots? _slots;
    private readonly int _capacity;
    private bool _isPadded;
    private int[] _images; // of each row
    private Tensor _mask; // int64 [rows, length]
    private Tensor? _logits; // float32 [rows, V], on the CPU

    public TensorSession(Gpt2Model model, DecodingStart start)
    {
        (_model, _capacity) = (model, start.Capacity);
        var (config, compute) = (model.Config, model.Compute);
        _caches = [.. Enumerable.Range(0, config.Layers)
            .Select(_ => new TensorCache(config.Heads, config.HeadSize, _capacity, compute.HiddenType(), compute.TorchDevice))];
        _mask = empty([start.Rows, 0], ScalarType.Int64).DetachFromDisposeScope();
        (Rows, _images) = (start.Rows, [.. Enumerable.Range(0, start.Rows)]);
        using var states = start.States();
        _beside = model.KeysAndValues(states);
        foreach (var keyValue in _beside)
        {
            keyValue.Key.DetachFromDisposeScope();
            keyValue.Value.DetachFromDisposeScope();
        }
    }

    public int Rows { get; private set; }

    /// <summary>Reads prefix and prompt.</summary>
    public void Read(DecodingStart start)
    {
        using var scope = NewDisposeScope();
        var real = start.Mask();
        _isPadded = real.equal(0).any().item<bool>();
        var prompt = start.PromptIds.Count == 0 ? null : tensor(start.PromptIds.Select(id => (long)id).ToArray()).unsqueeze(0).expand(Rows, -1);
        Run(start.PrefixLength == 0 ? null : start.Prefix(), prompt?.contiguous(), real);
    }

    public ReadOnlySpan<float> Logits(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return MemoryMarshal.Cast<byte, float>(_logits!.bytes).Slice(row * _model.VocabularySize, _model.VocabularySize);
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        DecodingStart.CheckStep(parents, tokens, Rows, _model.Config);
        if (_mask.shape[1] == _capacity)
        {
            throw TreeCache.Full(_capacity);
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Rows = parents.Length;
        if (Rows > 0)
        {
            Branch(parents);
            Run(null, Ids(tokens).unsqueeze(1), ones([Rows, 1], ScalarType.Int64));
        }
    }

    public void Dispose()
    {
        foreach (var cache in _caches)
        {
            cache.Dispose();
        }

        foreach (var keyValue in _beside)
        {
            keyValue.Dispose();
        }

        _slots?.Dispose();
        _mask.Dispose();
        _logits?.Dispose();
    }

    private static Tensor Ids(ReadOnlySpan<int> ids)
    {
        var longs = new long[ids.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertChecked(ids, longs);
        return tensor(longs);
    }

    private void Branch(ReadOnlySpan<int> parents)
    {
        if (parents.Length == _mask.shape[0] && parents.SequenceEqual([.. Enumerable.Range(0, parents.Length)]))
        {
            return;
        }

        var rows = Ids(parents);
        Keep(ref _mask!, _mask.index_select(0, rows));
        var onDevice = rows.to(_model.Compute.TorchDevice);
        foreach (var cache in _caches)
        {
            cache.Branch(onDevice);
        }

        if (_beside.Count > 0)
        {
            _images = [.. parents.ToArray().Select(parent => _images[parent])];
            _slots?.Dispose();
            _slots = RowSlots.Of(_images, (int)_beside[0].Key.shape[0], _model.Compute.TorchDevice);
        }
    }

    /// <summary>Runs new columns and keeps the last one's logits.</summary>
    private void Run(Tensor? vectors, Tensor? ids, Tensor real)
    {
        var mask = cat([_mask, real], 1);
        var count = real.shape[1];
        var positions = mask.cumsum(1).PlusInPlace(-1L).AtLeast(0).narrow(1, mask.shape[1] - count, count);
        var input = new Gpt2Input { Embeddings = vectors, TokenIds = ids, AttentionMask = _isPadded ? mask : null, PositionIds = positions };
        var last = _model.Continue(input, _mask.shape[1], i => new() { Past = _caches[i], Beside = _beside.Count > 0 ? _beside[i] : null, Slots = _slots });
        Keep(ref _mask!, mask);
        Keep(ref _logits, last.cpu().contiguous());
    }

    private static void Keep(ref Tensor? field, Tensor value)
    {
        field?.Dispose();
        field = value.DetachFromDisposeScope();
    }
}
