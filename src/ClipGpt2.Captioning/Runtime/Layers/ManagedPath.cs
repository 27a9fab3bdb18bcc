using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The product in managed code: the last resort.</summary>
internal sealed class ManagedPath() : LinearPath("managed code", KernelPath.Managed)
{
    protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        using var turned = original.InputRows ? original.Weight.t() : null;
        using var weight = turned?.contiguous() ?? original.Weight.alias();
        return new ManagedLinear(weight, original.Bias, compute.HiddenType());
    }
}
