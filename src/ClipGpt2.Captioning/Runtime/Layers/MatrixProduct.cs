using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The product of two matrices of which neither is a weight.</summary>
internal static class MatrixProduct
{
    private static readonly PlainPath Plain = new();

    /// <summary>x yᵀ of float32 matrices [N, D] and [M, D]: libtorch's where that proved itself on this machine, managed code's elsewhere.</summary>
    /// <exception cref="NativeBackendException">The matrices lie on a GPU whose products are wrong.</exception>
    public static Tensor Transposed(Tensor x, Tensor y)
    {
        if (Plain.MachineFault(new ComputeOptions { Device = x.device.ToString() }) is not { } fault)
        {
            return x.matmul(y.t());
        }

        if (x.device_type != DeviceType.CPU)
        {
            throw new NativeBackendException($"The products of {x.device} are wrong: {fault}. Run 'clipgpt2 doctor', and see docs/troubleshooting.md.");
        }

        using var contiguous = y.contiguous();
        using var product = new ManagedLinear(contiguous, null, ScalarType.Float32);
        return product.Forward(x);
    }
}
