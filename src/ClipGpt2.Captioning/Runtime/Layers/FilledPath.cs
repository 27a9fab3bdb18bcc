using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A weight stored as [in, out] that we lay out for oneDNN ourselves, where its layout is the one that we know.</summary>
internal sealed class FilledPath() : LinearPath("oneDNN's product of a weight that was packed here", KernelPath.Packed)
{
    public override bool Fits(OriginalWeight original, ComputeOptions compute) =>
        original.InputRows && PackedLayout.Of(compute.ProductType()) is { } layout && PanelFilling.Fits(original.Inputs, original.Outputs, layout);

    public override string? Missing(ComputeOptions compute) => OneDnn.Missing(compute.ProductType());

    protected override OriginalWeight FixedWeight() => FixedWeight(outputs: 192, inputs: 272, inputRows: true);

    protected override LinearProduct? Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted) =>
        PackedWeight.Fill(original, compute.ProductType()) is { } weight ? new PackedLinear(weight, original, compute.ProductType()) : null;
}
