namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The sizes of a convolution that is padded so that a stride of 1 keeps the sides.</summary>
/// <param name="Inputs">C.</param>
/// <param name="Outputs">C'.</param>
/// <param name="Kernel">K, odd.</param>
/// <param name="Stride">What the sides are divided by.</param>
internal sealed record ConvolutionShape(int Inputs, int Outputs, int Kernel, int Stride)
{
    /// <summary>What is added at each edge.</summary>
    public int Padding => Kernel / 2;

    /// <summary>What becomes of a side.</summary>
    public int Side(long side) => (int)((side - 1) / Stride) + 1;
}
