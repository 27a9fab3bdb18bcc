using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Runs positions through GPT-2's blocks on float32 rows in plain memory, each attending to its own path.</summary>
/// <remarks>A decoding step runs one position of each sequence, the first pass all positions of the prefix. Between two runs nothing is allocated.</remarks>
internal sealed unsafe class RowPass : IDisposable
{
    private readonly Gpt2Config _config;
    private readonly Gpt2Block[] _blocks;
    private readonly RowNorm[] _norms; // two a block
    private readonly RowNorm _lastNorm;
    private readonly TreeCache _cache;
    private readonly TreeAttention _attention;
    private readonly NativeFloats _x = new(); // [rows, H]
    private readonly NativeFloats _normal = new(); // [rows, H]
    private readonly NativeFloats _qkv = new(); // [rows, 3 H]
    private readonly NativeFloats _perceptron = new(); // [rows, inner]
    private int[] _sequences = [];
    private int[] _lengths = [];
    private int _firstPosition;
    private int _rows;

    public RowPass(Gpt2Config config, Gpt2Block[] blocks, LayerNorm lastNorm, TreeCache cache)
    {
        (_config, _blocks, _cache) = (config, blocks, cache);
        _norms = [.. blocks.SelectMany(block => new[] { new RowNorm(block.AttentionNorm), new RowNorm(block.MlpNorm) })];
        _lastNorm = new RowNorm(lastNorm);
        _attention = new TreeAttention(config);
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
        _normal.Reserve((long)rows * Hidden);
        _qkv.Reserve(3L * rows * Hidden);
        _perceptron.Reserve((long)rows * _config.PerceptronSize);
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
        return new(_x.Pointer + ((long)_rows++ * Hidden), Hidden);
    }

    /// <summary>Runs all blocks over the rows that were added.</summary>
    public void Run()
    {
        var x = Rows(_x, Hidden);
        var normal = Rows(_normal, Hidden);
        var perceptron = Rows(_perceptron, _config.PerceptronSize);
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            var block = _blocks[layer];
            Normalize(_norms[2 * layer]);
            block.Attention.Qkv.Forward(normal, _rows, Rows(_qkv, 3 * Hidden));
            Remember(layer);
            Attend(layer, (float)block.Attention.Scale);
            block.Attention.Projection.Forward(normal, _rows, x, accumulate: true);
            Normalize(_norms[(2 * layer) + 1]);
            block.Mlp.Up.Forward(normal, _rows, perceptron, block.Mlp.Activation);
            block.Mlp.Down.Forward(perceptron, _rows, x, accumulate: true);
        }
    }

    /// <summary>Writes the hidden state of each sequence's last row, normalised for the head.</summary>
    /// <param name="output">[sequences, H]; what no row belongs to stays.</param>
    public void Finish(Span<float> output)
    {
        fixed (float* y = output)
        {
            for (var row = 0; row < _rows; row++)
            {
                _lastNorm.Apply(_x.Pointer + ((long)row * Hidden), y + ((long)_sequences[row] * Hidden));
            }
        }
    }

    public void Dispose()
    {
        _x.Dispose();
        _normal.Dispose();
        _qkv.Dispose();
        _perceptron.Dispose();
        _attention.Dispose();
    }

    private Span<float> Rows(NativeFloats buffer, int size) => buffer.Span((long)_rows * size);

    private void Normalize(RowNorm norm)
    {
        for (var row = 0L; row < _rows; row++)
        {
            norm.Apply(_x.Pointer + (row * Hidden), _normal.Pointer + (row * Hidden));
        }
    }

    /// <summary>Puts the new keys and values into the cache.</summary>
    private void Remember(int layer)
    {
        for (var row = 0; row < _rows; row++)
        {
            var keysAndValues = new ReadOnlySpan<float>(_qkv.Pointer + (((3L * row) + 1) * Hidden), 2 * Hidden);
            keysAndValues.CopyTo(new Span<float>(_cache.KeysAndValues(_firstPosition + row, layer), 2 * Hidden));
        }
    }

    private void Attend(int layer, float scale)
    {
        for (var row = 0; row < _rows; row++)
        {
            var path = _cache.Path(_sequences[row])[.._lengths[row]];
            _attention.Attend(_cache, path, layer, _qkv.Pointer + (3L * row * Hidden), scale, _normal.Pointer + ((long)row * Hidden));
        }
    }
}
