using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>libtorch's own product: the only one for weights that are trained, and on GPUs.</summary>
internal sealed class PlainPath() : LinearPath("libtorch's product", KernelPath.Plain)
{
    protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        using var turned = original.InputRows ? original.Weight.t() : null;
        using var weight = turned?.contiguous() ?? original.Weight.alias();
        return new PlainLinear(weight, original.Bias, compute);
    }
}
