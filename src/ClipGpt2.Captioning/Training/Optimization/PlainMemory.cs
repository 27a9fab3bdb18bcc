using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>float32 tensors as the memory that kernels read and write.</summary>
internal static unsafe class PlainMemory
{
    /// <summary>Whether kernels can work on a tensor: it is float32, contiguous and on the CPU, a span can hold it, and they compute right on this machine.</summary>
    public static bool Has(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous() && tensor.numel() <= int.MaxValue / sizeof(float)
        && OptimizationProof.Proof.Holds;

    /// <summary>The first element's address, which stays good as long as the tensor isn't disposed.</summary>
    public static float* Of(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>A tensor like a weight, not filled yet, on large pages where it is large: what is done to it is bound by memory.</summary>
    public static Tensor CreateLike(Tensor weight)
    {
        using var frozen = no_grad();
        var tensor = empty_like(weight);
        if (Has(tensor))
        {
            HugePages.AdviseUntouched(Of(tensor), (nuint)tensor.numel() * sizeof(float));
        }

        return tensor;
    }
}
