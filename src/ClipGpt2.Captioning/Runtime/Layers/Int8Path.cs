using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>8-bit weights for few rows beside the fastest format for many.</summary>
internal sealed class Int8Path() : LinearPath("managed code over 8-bit weights for few rows", KernelPath.Packed)
{
    public override bool Fits(OriginalWeight original, ComputeOptions compute) => NumberFormat.Resolve(compute) == Precision.Int8Weights;

    public override string? Missing(ComputeOptions compute) =>
        Int8Weight.IsSupported ? null : "the processor has no AVX-512, without which 8-bit weights are no faster";

    protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        var manyRows = LinearPaths.Choose(original, compute with { Precision = NumberFormat.ManyRows(compute) }, wanted);
        return new Int8Linear(original, manyRows, compute.ProductType());
    }
}
