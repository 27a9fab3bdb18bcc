using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The product of two matrices of which neither is a weight.</summary>
internal static class MatrixProduct
{
    private static readonly PlainPath Plain = new();

    /// <summary>x yᵀ of float32 matrices [N, D] and [M, D]: libtorch's where that proved itself on this machine, managed code's elsewhere.</summary>
    /// <exception cref="NativeBackendException">libtorch's products are wrong here, and managed code can't or mustn't take their place.</exception>
    public static Tensor Transposed(Tensor x, Tensor y)
    {
        var isBound = x.device_type != DeviceType.CPU || x.requires_grad || y.requires_grad;
        var isManaged = TorchRuntime.Kernels == KernelPath.Managed && !isBound;
        var fault = isManaged ? null : Plain.MachineFault(new ComputeOptions { Device = x.device.ToString() });
        if (!isManaged && fault is null)
        {
            return x.matmul(y.t());
        }

        // Managed code has no gradients, and a way that was forced isn't left for another.
        if (isBound || TorchRuntime.Kernels is KernelPath.Plain or KernelPath.Packed)
        {
            throw new NativeBackendException($"The products of {x.device} are wrong: {fault}. Run 'clipgpt2 doctor', and see docs/troubleshooting.md.");
        }

        using var contiguous = y.contiguous();
        using var product = new ManagedLinear(contiguous, null, ScalarType.Float32);
        return product.Forward(x);
    }
}
