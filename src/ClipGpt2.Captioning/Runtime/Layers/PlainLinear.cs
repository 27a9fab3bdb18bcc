using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>libtorch's own product: gradients flow, and it runs on any device.</summary>
/// <remarks>
/// What is trained stays float32; with a narrower precision its products are computed, and returned, in that (<c>torch.autocast</c>'s rule for
/// linear layers), and a residual is added in float32.
/// </remarks>
internal sealed class PlainLinear : LinearProduct
{
    private readonly ScalarType _product;
    private readonly ProductWeight _weight;
    private readonly ProductWeight? _bias;
    private readonly Device _device;

    /// <param name="weight">Contiguous float32 [out, in]; it stays the caller's, and its memory is shared where nothing is converted.</param>
    /// <param name="bias">[out], or null; it stays the caller's.</param>
    /// <param name="compute">Where and how to compute.</param>
    public PlainLinear(Tensor weight, Tensor? bias, ComputeOptions compute)
    {
        _product = compute.ProductType();
        _device = compute.TorchDevice;
        _weight = new ProductWeight(Place(weight, compute), _product);
        _bias = bias is null ? null : new ProductWeight(Place(bias, compute), _product);
    }

    public override Tensor? PlainWeight => _weight.Master;

    public override Tensor? Bias => _bias?.Master;

    public override IEnumerable<ProductWay> Ways => [TensorWay("libtorch's product", _product.Format(), _product, _device, Forward)];

    public override Tensor Forward(Tensor x)
    {
        if (x.dtype == _product)
        {
            return Multiply(x);
        }

        using var converted = x.to_type(_product);
        return Multiply(converted);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private Tensor Multiply(Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(x, _weight.ForProduct(), _bias?.ForProduct()).MoveToOuterDisposeScope();
    }

    /// <summary>Weights that are trained stay float32, whatever the products are computed in.</summary>
    private static Tensor Place(Tensor tensor, ComputeOptions compute)
    {
        using var scope = NewDisposeScope();
        var placed = tensor.to(compute.HiddenType(), compute.TorchDevice);
        return (ReferenceEquals(placed, tensor) || placed.Handle == tensor.Handle ? tensor.alias() : placed).DetachFromDisposeScope();
    }
}
