using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Runs positions through GPT-2's blocks on float32 rows in plain memory, each attending to its own path.</summary>
/// <remarks>A decoding step runs one position of each sequence, the first pass all positions of the prefix.</remarks>
internal sealed unsafe class RowPass : IDisposable
{
    private readonly Gpt2Config _config;
    private readonly Gpt2Block[] _blocks;
    private readonly RowNorm[] _norms; // two a block
    private readonly RowNorm _lastNorm;
    private readonly TreeCache _cache;
    private readonly RowAttention _attention;
    private readonly NativeFloats _x = new(); // [rows, H]
    private readonly NativeFloats _row = new(); // [H]
    private RowProducts? _products;
    private int[] _sequences = [];
    private int[] _lengths = [];
    private int _firstPosition;
    private int _rows;

    public RowPass(Gpt2Config config, Gpt2Block[] blocks, LayerNorm lastNorm, TreeCache cache)
    {
        (_config, _blocks, _cache) = (config, blocks, cache);
        _norms = [.. blocks.SelectMany(block => new[] { new RowNorm(block.AttentionNorm), new RowNorm(block.MlpNorm) })];
        _lastNorm = new RowNorm(lastNorm);
        _attention = new RowAttention(config, cache);
        _row.Reserve(config.HiddenSize);
    }

    private int Hidden => _config.HiddenSize;

    /// <summary>Begins a run over at most so many positions.</summary>
    public void Begin(int rows)
    {
        if (_sequences.Length < rows)
        {
            _sequences = new int[rows];
            _lengths = new int[rows];
        }

        _x.Reserve((long)rows * Hidden);
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
        return new(X(_rows++), Hidden);
    }

    /// <summary>Runs all blocks over the rows that were added.</summary>
    public void Run()
    {
        if (_products?.Rows != _rows)
        {
            _products?.Dispose();
            _products = RowProducts.Create(_config, _blocks, _rows);
        }

        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            var (attention, mlp) = (_blocks[layer].Attention, _blocks[layer].Mlp);
            Normalize(_norms[2 * layer], _products.Input);
            Attend(layer, _products.Qkv(attention), (float)attention.Scale, _products.Input);
            AddToX(_products.Project(attention));
            Normalize(_norms[(2 * layer) + 1], _products.Input);
            AddToX(_products.Perceive(mlp));
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
    }

    private float* X(long row) => _x.Pointer + (row * Hidden);

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
            qkv.Read(row, Hidden, 2 * Hidden, _cache.KeysAndValues(_firstPosition + row, layer));
        }

        var job = new RowAttention.Job(layer, qkv, scale, output);
        _attention.Run(job, _sequences.AsMemory(0, _rows), _lengths.AsMemory(0, _rows), inParallel: _products is PlainRowProducts);
    }
}
