using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Layer normalisation over the last dimension.</summary>
/// <remarks>Input and output [..., H]. Safe from any number of threads.</remarks>
internal sealed class LayerNorm : IDisposable
{
    private readonly long[] _shape;
    private readonly bool _isTrained;

    /// <summary>Takes ownership of both tensors and moves them to the device and number format.</summary>
    /// <param name="weight">[H].</param>
    /// <param name="bias">[H].</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="compute">Where and how to compute.</param>
    public LayerNorm(Tensor weight, Tensor bias, double epsilon, ComputeOptions compute)
    {
        // On CPUs the operator takes these in float32 beside hidden states of any type, and plain-memory kernels read them.
        var type = compute.IsCuda ? compute.HiddenType() : ScalarType.Float32;
        Weight = weight.MoveTo(compute, type);
        Bias = bias.MoveTo(compute, type);
        Epsilon = epsilon;
        _shape = Weight.shape;
        _isTrained = compute.Trainable;
    }

    public Tensor Weight { get; }

    public Tensor Bias { get; }

    public double Epsilon { get; }

    public Tensor Forward(Tensor x) => !_isTrained && FewRows.Are(x, x.numel() / _shape[0]) && RowKernelProof.Proof.Holds
        ? ForwardFew(x)
        : nn.functional.layer_norm(x, _shape, Weight, Bias, Epsilon);

    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }

    private unsafe Tensor ForwardFew(Tensor x)
    {
        using var input = x.contiguous();
        var y = empty(x.shape);
        fixed (byte* source = input.bytes, target = y.bytes, weight = Weight.bytes, bias = Bias.bytes)
        {
            KernelTasks.Run([new LayerNormTask
            {
                X = (float*)source, Y = (float*)target, Weight = (float*)weight, Bias = (float*)bias, Epsilon = (float)Epsilon, Size = (int)_shape[0], Units = x.numel() / _shape[0],
            }]);
        }

        return y;
    }
}
