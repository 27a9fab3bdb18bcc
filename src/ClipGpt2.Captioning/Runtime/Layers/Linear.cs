using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A linear layer, y = x Wᵀ + b, with a plain path for training and a packed one for inference.</summary>
/// <remarks>Input [..., in], output [..., out]. Safe from any number of threads.</remarks>
internal sealed class Linear : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Takes ownership of both tensors and moves them to the device and number format.</summary>
    /// <param name="weight">[out, in], whatever the order in the file.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="compute">Where and how to compute; with <see cref="ComputeOptions.Trainable"/> the weights stay plain.</param>
    public Linear(Tensor weight, Tensor? bias, ComputeOptions compute)
    {
        _weight = weight;
        _bias = bias;
        Compute = compute;
    }

    public ComputeOptions Compute { get; }

    public int InFeatures => (int)_weight.shape[1];

    public int OutFeatures => (int)_weight.shape[0];

    /// <summary>The plain weight [out, in], for training and saving.</summary>
    public Tensor Weight => _weight;

    public Tensor? Bias => _bias;

    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    /// <summary>The activation of the product, in one operation where the backend fuses it.</summary>
    public Tensor Forward(Tensor x, Activation activation)
    {
        using var y = Forward(x);
        return activation.Apply(y);
    }

    /// <summary>The product plus <paramref name="residual"/>, in one operation where the backend fuses it.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual)
    {
        using var y = Forward(x);
        return y + residual;
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
