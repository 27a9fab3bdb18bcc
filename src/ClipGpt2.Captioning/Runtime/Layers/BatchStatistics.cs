using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>What batch normalisation needs for each channel, all [C].</summary>
/// <param name="Weight">What normalised values are multiplied by.</param>
/// <param name="Bias">What is then added.</param>
/// <param name="Mean">The running mean.</param>
/// <param name="Variance">The running variance.</param>
internal sealed record BatchStatistics(Tensor Weight, Tensor Bias, Tensor Mean, Tensor Variance) : IDisposable
{
    /// <summary>Takes ownership of the tensors and returns them on their device; the running ones ask for no gradient.</summary>
    public BatchStatistics MoveTo(ComputeOptions compute)
    {
        var fixedValues = compute with { Trainable = false, Precision = Precision.Float32 };
        return new(Weight.MoveTo(compute), Bias.MoveTo(compute), Mean.MoveTo(fixedValues), Variance.MoveTo(fixedValues));
    }

    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
        Mean.Dispose();
        Variance.Dispose();
    }
}
