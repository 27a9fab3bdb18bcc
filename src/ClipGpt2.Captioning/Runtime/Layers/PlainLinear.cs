using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>libtorch's own product: gradients flow, and it runs on any device.</summary>
internal sealed class PlainLinear : LinearProduct
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    public PlainLinear(Tensor weight, Tensor? bias, ComputeOptions compute)
    {
        _weight = Place(weight, compute);
        _bias = bias is null ? null : Place(bias, compute);
    }

    public override Tensor? PlainWeight => _weight;

    public override Tensor? Bias => _bias;

    public override Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    /// <summary>Weights that are trained stay float32, whatever the products are computed in.</summary>
    private static Tensor Place(Tensor tensor, ComputeOptions compute)
    {
        using (tensor)
        {
            var type = compute.HiddenType();
            using var scope = NewDisposeScope();
            var placed = tensor.to(type, compute.TorchDevice);
            return (ReferenceEquals(placed, tensor) || placed.Handle == tensor.Handle ? tensor.alias() : placed).DetachFromDisposeScope();
        }
    }
}
