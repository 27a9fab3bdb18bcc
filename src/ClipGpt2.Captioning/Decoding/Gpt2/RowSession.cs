using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Decoding on the CPU: rows in plain memory over a cache whose sequences share what they have in common.</summary>
internal sealed class RowSession : IDecodingSession
{
    // Longer prefixes run in pieces of about so many positions, which bounds the memory of what lies between the layers.
    private const int PieceRows = 2048;

    private readonly int _hidden;
    private readonly int _vocabulary;
    private readonly EmbeddingRows _tokens;
    private readonly EmbeddingRows _positions;
    private readonly Linear _head;
    private readonly TreeCache _cache;
    private readonly RowPass _pass;
    private readonly NativeFloats _last = new(); // [rows, H]
    private readonly NativeFloats _logits = new(); // [rows, V]

    public RowSession(Gpt2Config config, Tensor tokens, Tensor positions, Gpt2Block[] blocks, LayerNorm norm, Linear head)
    {
        (_hidden, _vocabulary, _head) = (config.HiddenSize, config.VocabularySize, head);
        _tokens = new EmbeddingRows(tokens);
        _positions = new EmbeddingRows(positions);
        _cache = new TreeCache(config.Layers, config.HiddenSize);
        _pass = new RowPass(config, blocks, norm, _cache);
    }

    public int Rows => _cache.Rows;

    /// <summary>Reads prefix and prompt.</summary>
    /// <param name="start">What to read.</param>
    public void Read(DecodingStart start)
    {
        _cache.Start(start.Rows, start.Capacity);
        _last.Reserve((long)Rows * _hidden);
        var columns = Math.Max(1, PieceRows / Rows);
        for (var column = 0; column < start.Length; column += columns)
        {
            ReadPiece(start, column, Math.Min(column + columns, start.Length));
        }

        ComputeLogits();
    }

    public ReadOnlySpan<float> Logits(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _logits.Span((long)Rows * _vocabulary).Slice(row * _vocabulary, _vocabulary);
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        DecodingStart.CheckStep(parents, tokens, Rows, _vocabulary);
        _cache.Branch(parents);
        if (Rows == 0)
        {
            return;
        }

        using var frozen = no_grad();
        _pass.Begin(Rows);
        for (var row = 0; row < Rows; row++)
        {
            AddToken(row, tokens[row]);
        }

        _pass.Run();
        _pass.Finish(_last.Reserve((long)Rows * _hidden));
        ComputeLogits();
    }

    public void Dispose()
    {
        _cache.Dispose();
        _pass.Dispose();
        _last.Dispose();
        _logits.Dispose();
    }

    private void ReadPiece(DecodingStart start, int begin, int end)
    {
        _pass.Begin(Rows * (end - begin));
        for (var row = 0; row < Rows; row++)
        {
            for (var column = begin; column < end; column++)
            {
                if (column >= start.PrefixLength)
                {
                    AddToken(row, start.PromptIds[column - start.PrefixLength]);
                }
                else if (start.IsReal(row, column))
                {
                    var position = _cache.Path(row).Length;
                    var x = _pass.Add(row);
                    start.Vector(row, column).CopyTo(x);
                    _positions.AddTo(x, position);
                }
            }
        }

        _pass.Run();
        _pass.Finish(_last.Span((long)Rows * _hidden));
    }

    private void AddToken(int row, int token)
    {
        var position = _cache.Path(row).Length;
        var x = _pass.Add(row);
        x.Clear();
        _tokens.AddTo(x, token);
        _positions.AddTo(x, position);
    }

    private void ComputeLogits() =>
        _head.Forward(_last.Span((long)Rows * _hidden), Rows, _logits.Reserve((long)Rows * _vocabulary));
}
