using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A weight that oneDNN packs, filled up with zeros by us before, so that no block of its layout has a tail; or as it is.</summary>
/// <param name="padded">Whether it is filled up.</param>
internal sealed class PackedPath(bool padded) : LinearPath(padded ? "oneDNN's product of a packed, padded weight" : "oneDNN's product of a packed weight", KernelPath.Packed)
{
    public override bool Fits(OriginalWeight original, ComputeOptions compute) => padded || PackedWeight.HasTail(original, compute.ProductType());

    public override string? Missing(ComputeOptions compute) => OneDnn.Missing(compute.ProductType());

    protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted) =>
        new PackedLinear(PackedWeight.Pack(original, compute.ProductType(), padded), original, compute.ProductType());
}
