using System.Numerics.Tensors;
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

    /// <summary>Copies a tensor of any floating-point type out, or adds it.</summary>
    public static void Copy(Tensor tensor, Span<float> values, bool accumulate)
    {
        using var converted = tensor.dtype == ScalarType.Float32 ? null : tensor.to_type(ScalarType.Float32);
        var source = MemoryMarshal.Cast<byte, float>((converted ?? tensor).bytes);
        if (accumulate)
        {
            TensorPrimitives.Add(source, values, values);
        }
        else
        {
            source.CopyTo(values);
        }
    }
}
