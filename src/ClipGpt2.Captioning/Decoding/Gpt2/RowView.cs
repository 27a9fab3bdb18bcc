using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Rows of float32 or bfloat16 values in memory that somebody else owns, read and written as float32.</summary>
internal readonly unsafe struct RowView
{
    private readonly byte* _first;
    private readonly int _size;
    private readonly bool _isBFloat16;

    public RowView(float* first, int size)
    {
        _first = (byte*)first;
        _size = size;
    }

    /// <summary>Looks at a contiguous CPU tensor [..., size], which must outlive this.</summary>
    public RowView(Tensor tensor)
    {
        _first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        _size = (int)tensor.shape[^1];
        _isBFloat16 = tensor.dtype == ScalarType.BFloat16;
    }

    /// <summary>Copies a part of a row out.</summary>
    public void Read(long row, int begin, int count, float* values)
    {
        var at = (row * _size) + begin;
        if (_isBFloat16)
        {
            Widen((ushort*)_first + at, values, count);
        }
        else
        {
            new ReadOnlySpan<float>((float*)_first + at, count).CopyTo(new Span<float>(values, count));
        }
    }

    /// <summary>Writes a row.</summary>
    public void Write(long row, float* values)
    {
        if (_isBFloat16)
        {
            Narrow(values, (ushort*)_first + (row * _size), _size);
        }
        else
        {
            new ReadOnlySpan<float>(values, _size).CopyTo(new Span<float>((float*)_first + (row * _size), _size));
        }
    }

    /// <summary>Adds a row to [size] values.</summary>
    public void AddTo(long row, float* values)
    {
        var i = 0;
        for (; i <= _size - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var at = (row * _size) + i;
            var addend = _isBFloat16 ? Widened((ushort*)_first + at) : Vector512.Load((float*)_first + at);
            (Vector512.Load(values + i) + addend).Store(values + i);
        }

        for (; i < _size; i++)
        {
            var at = (row * _size) + i;
            values[i] += _isBFloat16 ? Widened(((ushort*)_first)[at]) : ((float*)_first)[at];
        }
    }

    private static void Widen(ushort* narrow, float* wide, int count)
    {
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Widened(narrow + i).Store(wide + i);
        }

        for (; i < count; i++)
        {
            wide[i] = Widened(narrow[i]);
        }
    }

    private static void Narrow(float* wide, ushort* narrow, int count)
    {
        var i = 0;
        for (; i <= count - (2 * Vector512<float>.Count); i += 2 * Vector512<float>.Count)
        {
            var low = Rounded(Vector512.Load(wide + i));
            var high = Rounded(Vector512.Load(wide + i + Vector512<float>.Count));
            Vector512.Narrow(low, high).Store(narrow + i);
        }

        for (; i < count; i++)
        {
            narrow[i] = (ushort)Rounded(Vector512.Create(wide[i]))[0];
        }
    }

    // A bfloat16 is the upper half of a float32.
    private static Vector512<float> Widened(ushort* narrow) => (Vector512.WidenLower(Vector512.Create(Vector256.Load(narrow), default)) << 16).AsSingle();

    private static float Widened(ushort narrow) => BitConverter.UInt32BitsToSingle((uint)narrow << 16);

    /// <summary>The upper halves, rounded to the nearest and ties to even.</summary>
    private static Vector512<uint> Rounded(Vector512<float> wide)
    {
        var bits = wide.AsUInt32();
        return (bits + Vector512.Create(0x7fffu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
    }
}
