using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Carries float32 rows between plain memory and CPU tensors.</summary>
internal static class RowTensor
{
    /// <summary>A new float32 tensor [rows, columns].</summary>
    public static Tensor Create(ReadOnlySpan<float> values, int rows)
    {
        var tensor = empty(rows, values.Length / rows);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>The address of a CPU tensor's first element, whatever its strides and its length.</summary>
    public static unsafe void* First(Tensor tensor)
    {
        using var flat = tensor.as_strided([1], [1], tensor.storage_offset());
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(flat.bytes));
    }

    /// <summary>Copies rows [rows, columns] of any floating-point type out, or adds them; they may lie further apart than they are long.</summary>
    public static unsafe void Copy(Tensor tensor, Span<float> values, bool accumulate)
    {
        using var converted = tensor.dtype == ScalarType.Float32 ? tensor.alias() : tensor.to_type(ScalarType.Float32);
        var (rows, columns) = (converted.shape[0], (int)converted.shape[1]);
        var first = (float*)First(converted);
        for (var row = 0L; row < rows; row++)
        {
            var source = new ReadOnlySpan<float>(first + (row * converted.stride(0)), columns);
            var target = values.Slice((int)row * columns, columns);
            if (accumulate)
            {
                TensorPrimitives.Add(source, target, target);
            }
            else
            {
                source.CopyTo(target);
            }
        }
    }
}
