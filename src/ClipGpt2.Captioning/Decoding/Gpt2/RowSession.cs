using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Decoding on the CPU: rows in plain memory over a cache whose sequences share what they have in common.</summary>
internal sealed class RowSession : IDecodingSession
{
    // Longer prefixes run in pieces of about so many positions, which bounds the memory of what lies between the layers.
    private const int PieceRows = 2048;

    private readonly Gpt2Config _config;
    private readonly RowView _tokens;
    private readonly RowView _positions;
    private readonly RowHead _head;
    private readonly TreeCache _cache;
    private readonly RowPass _pass;

    public RowSession(Gpt2Config config, Tensor tokens, Tensor positions, PreNormBlock[] blocks, LayerNorm norm, Linear head)
    {
        _config = config;
        _head = new RowHead(head);
        _tokens = new RowView(tokens);
        _positions = new RowView(positions);
        _cache = new TreeCache(config.Layers, config.HiddenSize);
        _pass = new RowPass(blocks, norm, _cache);
    }

    public int Rows => _cache.Rows;

    /// <summary>Reads prefix and prompt.</summary>
    /// <param name="start">What to read.</param>
    public void Read(DecodingStart start)
    {
        _cache.Start(start.Rows, start.Capacity);
        _head.Begin(Rows);
        if (start.States() is { } states)
        {
            using (states)
            {
                _pass.LookAt(states);
            }
        }

        var columns = Math.Max(1, PieceRows / Rows);
        for (var column = 0; column < start.Length; column += columns)
        {
            ReadPiece(start, column, Math.Min(column + columns, start.Length));
        }

        _head.Run();
    }

    public ReadOnlySpan<float> Logits(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _head.Logits(row);
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        DecodingStart.CheckStep(parents, tokens, Rows, _config);
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
        _head.Begin(Rows);
        _pass.Finish(_head.Input);
        _head.Run();
    }

    public void Dispose()
    {
        _cache.Dispose();
        _pass.Dispose();
        _head.Dispose();
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
                    AddRow(_positions, position, x);
                }
            }
        }

        _pass.Run();
        _pass.Finish(_head.Input);
    }

    private void AddToken(int row, int token)
    {
        var position = _cache.Path(row).Length;
        var x = _pass.Add(row);
        x.Clear();
        AddRow(_tokens, token, x);
        AddRow(_positions, position, x);
    }

    private static unsafe void AddRow(RowView rows, int row, Span<float> x)
    {
        fixed (float* values = x)
        {
            rows.AddTo(row, values);
        }
    }
}
