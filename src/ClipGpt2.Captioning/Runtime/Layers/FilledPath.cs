using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A weight stored as [in, out] that we lay out for oneDNN ourselves, where its layout is the one that we know.</summary>
internal sealed class FilledPath() : LinearPath("oneDNN's product of a weight that was packed here", KernelPath.Packed)
{
    public override string? Missing(OriginalWeight original, ComputeOptions compute) => OneDnn.Missing(compute.ProductType())
        ?? (original.InputRows && PanelFilling.Fits(original.Inputs, original.Outputs) ? null : "the weight isn't stored as [in, out] in whole blocks, or the processor has no AVX-512");

    protected override OriginalWeight FixedWeight() => FixedWeight(outputs: 128, inputs: 80, inputRows: true);

    protected override LinearProduct? Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted) =>
        PackedWeight.Fill(original, compute.ProductType()) is { } weight ? new PackedLinear(weight, original, compute.ProductType()) : null;
}
