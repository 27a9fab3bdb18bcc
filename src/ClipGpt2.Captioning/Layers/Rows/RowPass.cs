using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Runs positions through a decoder's blocks on float32 rows in plain memory, each attending to its own path.</summary>
/// <remarks>A decoding step runs one position of each sequence, the first pass all positions of the prefix.</remarks>
internal sealed unsafe class RowPass : IDisposable
{
    private readonly IReadOnlyList<PreNormBlock> _blocks;
    private readonly int _hidden;
    private readonly RowNorm[] _norms; // two a block
    private readonly RowNorm[] _crossNorms;
    private readonly RowNorm _lastNorm;
    private readonly TreeCache _cache;
    private readonly RowAttention _attention;
    private readonly NativeFloats _x = new(); // [rows, H]
    private readonly NativeFloats _row = new(); // [H]
    private RowProducts? _products;
    private RowCrossAttention? _beside;
    private int[] _sequences = [];
    private int[] _lengths = [];
    private int[] _images = [];
    private int _firstPosition;
    private int _rows;

    /// <param name="blocks">The blocks, each of which makes queries, keys and values in one product.</param>
    /// <param name="lastNorm">What stands behind them.</param>
    /// <param name="cache">Where keys and values are kept.</param>
    public RowPass(IReadOnlyList<PreNormBlock> blocks, LayerNorm lastNorm, TreeCache cache)
    {
        (_blocks, _hidden, _cache) = (blocks, blocks[0].Attention.Output.OutFeatures, cache);
        _norms = [.. blocks.SelectMany(block => new[] { new RowNorm(block.AttentionNorm), new RowNorm(block.FeedForwardNorm) })];
        _crossNorms = [.. blocks.Where(block => block.Cross is not null).Select(block => new RowNorm(block.Cross!.Norm))];
        _lastNorm = new RowNorm(lastNorm);
        _attention = new RowAttention(blocks[0].Attention.Heads, _hidden, cache);
        _row.Reserve(_hidden);
    }

    /// <summary>Says what the sequences look at by cross-attention, sequence i at the states of image i.</summary>
    /// <param name="states">float32 [sequences, S, He] on the CPU.</param>
    public void LookAt(Tensor states) => _beside = new RowCrossAttention(_blocks, states);

    /// <summary>Begins a run over at most so many positions.</summary>
    public void Begin(int rows)
    {
        if (_sequences.Length < rows)
        {
            _sequences = new int[rows];
            _lengths = new int[rows];
            _images = new int[rows];
        }

        _x.Reserve((long)rows * _hidden);
        _firstPosition = _cache.Allocate(rows);
        _rows = 0;
    }

    /// <summary>Adds the next position of a sequence.</summary>
    /// <returns>Its row, [H], to be filled with its embedding.</returns>
    public Span<float> Add(int sequence)
    {
        _cache.Append(sequence, _firstPosition + _rows);
        _sequences[_rows] = sequence;
        _lengths[_rows] = _cache.Path(sequence).Length;
        return new(X(_rows++), _hidden);
    }

    /// <summary>Runs all blocks over the rows that were added.</summary>
    public void Run()
    {
        if (_products?.Rows != _rows)
        {
            _products?.Dispose();
            _products = RowProducts.Create(_blocks, _rows);
        }

        GroupByImage();
        for (var layer = 0; layer < _blocks.Count; layer++)
        {
            var (attention, feedForward) = (_blocks[layer].Attention, _blocks[layer].FeedForward);
            Normalize(_norms[2 * layer], _products.Input);
            Attend(layer, _products.Multiply(attention.Inputs[0]), (float)attention.Scale, _products.Input);
            AddToX(_products.Multiply(attention.Output));
            if (_blocks[layer].Cross is { } cross)
            {
                Normalize(_crossNorms[layer], _products.Input);
                _beside!.Run(layer, cross.Attention, _products.Multiply(cross.Attention.Inputs[0]), _products.Input, IsPlain);
                AddToX(_products.Multiply(cross.Attention.Output));
            }

            Normalize(_norms[(2 * layer) + 1], _products.Input);
            AddToX(_products.Transform(feedForward));
        }
    }

    /// <summary>Writes the hidden state of each sequence's last row, normalised for the head.</summary>
    /// <param name="output">[sequences, H]; what no row belongs to stays.</param>
    public void Finish(RowView output)
    {
        for (var row = 0; row < _rows; row++)
        {
            _lastNorm.Apply(X(row), _row.Pointer);
            output.Write(_sequences[row], _row.Pointer);
        }
    }

    public void Dispose()
    {
        _x.Dispose();
        _row.Dispose();
        _products?.Dispose();
        _attention.Dispose();
        _beside?.Dispose();
    }

    /// <summary>Whether the products are our own, so that the kernels' threads are free: after one through libtorch, its threads still wait for more, awake.</summary>
    private bool IsPlain => _products is PlainRowProducts;

    private float* X(long row) => _x.Pointer + (row * _hidden);

    private void Normalize(RowNorm norm, RowView output)
    {
        for (var row = 0; row < _rows; row++)
        {
            norm.Apply(X(row), _row.Pointer);
            output.Write(row, _row.Pointer);
        }
    }

    private void AddToX(RowView addend)
    {
        for (var row = 0; row < _rows; row++)
        {
            addend.AddTo(row, X(row));
        }
    }

    /// <summary>Puts the new keys and values into the cache and lets each row look along its path.</summary>
    private void Attend(int layer, RowView qkv, float scale, RowView output)
    {
        for (var row = 0; row < _rows; row++)
        {
            qkv.Read(row, _hidden, 2 * _hidden, _cache.KeysAndValues(_firstPosition + row, layer));
        }

        var job = new RowAttention.Job(layer, qkv, scale, output);
        _attention.Run(job, _sequences.AsMemory(0, _rows), _lengths.AsMemory(0, _rows), IsPlain);
    }

    private void GroupByImage()
    {
        if (_beside is null)
        {
            return;
        }

        for (var row = 0; row < _rows; row++)
        {
            _images[row] = _cache.Roots[_sequences[row]];
        }

        _beside.Group(_images.AsSpan(0, _rows));
    }
}
