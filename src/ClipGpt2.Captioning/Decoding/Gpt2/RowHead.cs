using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>The scores of all tokens after each sequence's last position.</summary>
internal sealed unsafe class RowHead(Linear head) : IDisposable
{
    private readonly NativeFloats _input = new(); // [rows, H]
    private readonly NativeFloats _logits = new(); // [rows, V]
    private Tensor? _inputTensor; // for many rows, in the head's own type
    private Tensor? _outputTensor;
    private bool[] _isRead = [];
    private int _rows;

    /// <summary>[rows, H], to be filled before <see cref="Run"/>.</summary>
    public RowView Input => _inputTensor is null ? new(_input.Pointer, head.InFeatures) : new(_inputTensor);

    /// <summary>Makes room for the normalised hidden states of a number of sequences.</summary>
    public void Begin(int rows)
    {
        if (rows == _rows)
        {
            return;
        }

        _rows = rows;
        Release();
        if (rows <= head.MaxPlainRows)
        {
            _input.Reserve((long)rows * head.InFeatures);
            return;
        }

        _isRead = new bool[rows];
        _inputTensor = empty([rows, head.InFeatures], head.ActivationType).DetachFromDisposeScope();
    }

    public void Run()
    {
        if (_inputTensor is null)
        {
            head.Forward(_input.Span((long)_rows * head.InFeatures), _rows, _logits.Reserve((long)_rows * head.OutFeatures));
            return;
        }

        _outputTensor?.Dispose();
        _outputTensor = head.Forward(_inputTensor).DetachFromDisposeScope();
        if (_outputTensor.dtype != ScalarType.Float32)
        {
            _logits.Reserve((long)_rows * head.OutFeatures);
            Array.Clear(_isRead);
        }
    }

    /// <summary>[V], readable until the next run.</summary>
    public ReadOnlySpan<float> Logits(int row)
    {
        if (_outputTensor?.dtype == ScalarType.Float32)
        {
            return new((float*)RowTensor.First(_outputTensor) + (row * _outputTensor.stride(0)), head.OutFeatures);
        }

        var logits = _logits.Pointer + ((long)row * head.OutFeatures);
        if (_outputTensor is not null && !_isRead[row])
        {
            new RowView(_outputTensor).Read(row, 0, head.OutFeatures, logits);
            _isRead[row] = true;
        }

        return new(logits, head.OutFeatures);
    }

    public void Dispose()
    {
        _input.Dispose();
        _logits.Dispose();
        Release();
    }

    private void Release()
    {
        _inputTensor?.Dispose();
        _outputTensor?.Dispose();
        (_inputTensor, _outputTensor) = (null, null);
    }
}
