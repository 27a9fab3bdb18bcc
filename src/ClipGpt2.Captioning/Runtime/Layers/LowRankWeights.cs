using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>An adapter's two matrices: y = W x + s B A x (Hu et al., 2022).</summary>
/// <param name="A">[r, in]; this owns it.</param>
/// <param name="B">[out, r]; this owns it.</param>
/// <param name="Scale">s.</param>
/// <param name="Dropout">The share of what A reads that is set to 0 in training.</param>
internal sealed record LowRankWeights(Tensor A, Tensor B, double Scale, double Dropout) : IDisposable
{
    /// <summary>What the adapter adds to the weight, s B A: float32 [out, in] without gradients, the caller's own.</summary>
    public Tensor Delta()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return B.to_type(ScalarType.Float32).mm(A.to_type(ScalarType.Float32)).TimesInPlace(Scale).MoveToOuterDisposeScope();
    }

    /// <summary>The same on the device and in the type of a layer that trains; this is freed.</summary>
    public LowRankWeights MoveTo(ComputeOptions compute) => this with { A = A.MoveTo(compute), B = B.MoveTo(compute) };

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
