using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The surroundings of one pass through a model: nothing stays behind but its float32 result, and gradients only flow where weights are trained.</summary>
internal static class ForwardPass
{
    public static Tensor Run(ComputeOptions compute, Func<Tensor> pass)
    {
        using var scope = NewDisposeScope();
        using var noGrad = compute.Trainable ? null : torch.no_grad();
        return pass().to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }
}
