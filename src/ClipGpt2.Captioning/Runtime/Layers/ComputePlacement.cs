using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Where a model's tensors lie and in which type, by its <see cref="ComputeOptions"/>.</summary>
internal static class ComputePlacement
{
    /// <summary>The type of activations and of weights that no product packs; weights that are trained stay float32.</summary>
    public static ScalarType ActivationType(this ComputeOptions compute) => compute switch
    {
        { Trainable: true } => ScalarType.Float32,
        { Precision: Precision.BFloat16 } => ScalarType.BFloat16,
        { Precision: Precision.Float16 } => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    /// <summary>Takes ownership of a weight and returns it on its device, in its type, outside of any scope, asking for a gradient if it trains.</summary>
    public static Tensor MoveTo(this Tensor weight, ComputeOptions compute)
    {
        var moved = weight.to(compute.ActivationType(), torch.device(compute.Device));
        if (!ReferenceEquals(moved, weight))
        {
            weight.Dispose();
        }

        moved.requires_grad = compute.Trainable;
        return moved.DetachFromDisposeScope();
    }
}
