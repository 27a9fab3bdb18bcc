using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Rows of float32 or bfloat16 values in memory that somebody else owns, read and written as float32.</summary>
internal readonly unsafe struct RowView
{
    private readonly byte* _first;
    private readonly int _size;
    private readonly long _pitch; // from one row to the next
    private readonly bool _isBFloat16;

    public RowView(float* first, int size)
    {
        _first = (byte*)first;
        _size = size;
        _pitch = size;
    }

    /// <summary>Looks at a CPU tensor [rows, size], which must outlive this; its rows may lie further apart than they are long.</summary>
    public RowView(Tensor tensor)
    {
        _first = (byte*)RowTensor.First(tensor);
        _size = (int)tensor.shape[^1];
        _pitch = tensor.stride(0);
        _isBFloat16 = tensor.dtype == ScalarType.BFloat16;
    }

    /// <summary>Copies a part of a row out.</summary>
    public void Read(long row, int begin, int count, float* values)
    {
        var at = (row * _pitch) + begin;
        if (_isBFloat16)
        {
            BFloat16Conversion.Widen((ushort*)_first + at, values, count);
        }
        else
        {
            new ReadOnlySpan<float>((float*)_first + at, count).CopyTo(new Span<float>(values, count));
        }
    }

    /// <summary>Writes a row.</summary>
    public void Write(long row, float* values) => Write(row, 0, _size, values);

    /// <summary>Writes a part of a row.</summary>
    public void Write(long row, int begin, int count, float* values)
    {
        var at = (row * _pitch) + begin;
        if (_isBFloat16)
        {
            BFloat16Conversion.Narrow(values, (ushort*)_first + at, count);
        }
        else
        {
            new ReadOnlySpan<float>(values, count).CopyTo(new Span<float>((float*)_first + at, count));
        }
    }

    /// <summary>Adds a row to [size] values.</summary>
    public void AddTo(long row, float* values)
    {
        var i = 0;
        for (; i <= _size - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var at = (row * _pitch) + i;
            var addend = _isBFloat16 ? BFloat16Conversion.Widened((ushort*)_first + at) : Vector512.Load((float*)_first + at);
            (Vector512.Load(values + i) + addend).Store(values + i);
        }

        for (; i < _size; i++)
        {
            var at = (row * _pitch) + i;
            values[i] += _isBFloat16 ? BFloat16Conversion.Widened(((ushort*)_first)[at]) : ((float*)_first)[at];
        }
    }
}
