using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>libtorch's own product: the only one for weights that are trained, and on GPUs.</summary>
internal sealed class PlainPath() : LinearPath("libtorch's product", KernelPath.Plain)
{
    public override string? Missing(OriginalWeight original, ComputeOptions compute) => null;

    protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        using var turned = original.InputRows ? original.Weight.t() : null;
        using var weight = turned?.contiguous() ?? original.Weight.alias();
        return new PlainLinear(weight, original.Bias, compute);
    }
}
