using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Where a model's tensors lie and in which type, by its <see cref="ComputeOptions"/>.</summary>
internal static class ComputePlacement
{
    /// <summary>The type of a model's hidden states, and of the weights that belong to no product; what is trained stays float32.</summary>
    public static ScalarType HiddenType(this ComputeOptions compute) => compute.Trainable
        ? ScalarType.Float32
        : compute.ProductType();

    /// <summary>The type that a model's products are computed in, also where what is trained is float32.</summary>
    public static ScalarType ProductType(this ComputeOptions compute) => NumberFormat.ManyRows(compute) switch
    {
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    /// <summary>What numbers of a type are rounded to.</summary>
    public static WeightFormat Format(this ScalarType type) => type switch
    {
        ScalarType.Float32 => WeightFormat.Float32,
        ScalarType.BFloat16 => WeightFormat.BFloat16,
        ScalarType.Float16 => WeightFormat.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Layers compute in floating-point numbers."),
    };

    /// <summary>Takes ownership of a weight and returns it on its device, in its type, outside of any scope, asking for a gradient if it trains.</summary>
    /// <param name="weight">Any floating-point tensor.</param>
    /// <param name="compute">Where and how the model computes.</param>
    /// <param name="type">Another type than the hidden states'.</param>
    public static Tensor MoveTo(this Tensor weight, ComputeOptions compute, ScalarType? type = null)
    {
        var moved = weight.to(type ?? compute.HiddenType(), compute.TorchDevice);
        if (!ReferenceEquals(moved, weight))
        {
            weight.Dispose();
        }

        moved.requires_grad = compute.Trainable;
        return moved.DetachFromDisposeScope();
    }
}
