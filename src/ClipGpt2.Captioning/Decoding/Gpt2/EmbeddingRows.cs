using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>The rows of a float32 or bfloat16 embedding on the CPU, read straight from its memory.</summary>
internal readonly unsafe struct EmbeddingRows
{
    private readonly byte* _first;
    private readonly int _size;
    private readonly bool _isBFloat16;

    /// <summary>Looks at a contiguous tensor [count, H], which must outlive this.</summary>
    public EmbeddingRows(Tensor embedding)
    {
        _first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(embedding.bytes));
        _size = (int)embedding.shape[1];
        _isBFloat16 = embedding.dtype == ScalarType.BFloat16;
    }

    /// <summary>Adds a row to [H] values.</summary>
    public void AddTo(Span<float> values, int row)
    {
        if (_isBFloat16)
        {
            // A bfloat16 is the upper half of a float32.
            var halves = new ReadOnlySpan<ushort>(_first + (2L * row * _size), _size);
            for (var i = 0; i < halves.Length; i++)
            {
                values[i] += BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
            }
        }
        else
        {
            var row32 = new ReadOnlySpan<float>(_first + (4L * row * _size), _size);
            System.Numerics.Tensors.TensorPrimitives.Add(values, row32, values);
        }
    }
}
