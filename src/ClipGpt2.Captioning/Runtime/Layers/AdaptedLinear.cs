using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A plain product with a low-rank adapter beside it: y = W x + b + s B A x.</summary>
/// <param name="below">The product without adapter; it stays the caller's.</param>
/// <param name="adapter">The adapter; this owns it.</param>
/// <param name="compute">Where and how to compute.</param>
internal sealed class AdaptedLinear(LinearProduct below, LowRankWeights adapter, ComputeOptions compute) : LinearProduct
{
    private readonly ScalarType _product = compute.ProductType();
    private readonly ProductWeight _a = new(adapter.A, compute.ProductType());
    private readonly ProductWeight _b = new(adapter.B, compute.ProductType());

    public LowRankWeights Adapter => adapter;

    public override Tensor? PlainWeight => below.PlainWeight;

    public override Tensor? Bias => below.Bias;

    /// <summary>The product below is proven already, and what an adapter adds are products of the same operator.</summary>
    public override IEnumerable<ProductWay> Ways => [];

    public override Tensor Forward(Tensor x) => Forward(x, (DropoutMasks?)null);

    /// <summary>The product, of which the adapter's part drops out if it is configured to.</summary>
    public Tensor Forward(Tensor x, DropoutMasks? dropout)
    {
        using var scope = NewDisposeScope();
        var converted = x.dtype == _product ? x : x.to_type(_product);
        var y = below.Forward(converted);
        var read = dropout is null || adapter.Dropout == 0 ? converted : dropout.Apply(converted, adapter.Dropout);
        var low = nn.functional.linear(read, _a.ForProduct()).flatten(0, -2); // [N, r]
        return y.flatten(0, -2).addmm(low, _b.ForProduct().t(), 1, (float)adapter.Scale).view(y.shape).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }
}
