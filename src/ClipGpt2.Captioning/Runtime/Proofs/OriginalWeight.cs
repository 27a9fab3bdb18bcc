using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>A layer's weight and bias as their file has them: what every proof compares with. It owns nothing.</summary>
/// <param name="Weight">Contiguous float32 [out, in] on the CPU, or [in, out] if <paramref name="InputRows"/>.</param>
/// <param name="Bias">[out], or null.</param>
/// <param name="InputRows">Whether the weight is stored the other way round.</param>
internal sealed record OriginalWeight(Tensor Weight, Tensor? Bias, bool InputRows)
{
    private readonly float[]? _bias = Bias?.data<float>().ToArray();

    public int Outputs { get; } = (int)Weight.shape[InputRows ? 1 : 0];

    public int Inputs { get; } = (int)Weight.shape[InputRows ? 0 : 1];

    /// <summary>An output's bias.</summary>
    public float BiasOf(int output) => _bias is null ? 0 : _bias[output];

    /// <summary>The product of one row in double precision, for some neighbouring outputs.</summary>
    /// <param name="x">[in].</param>
    /// <param name="begin">The first output.</param>
    /// <param name="format">What the product to be compared rounds the weights to.</param>
    /// <param name="sums">The outputs, bias included.</param>
    /// <param name="magnitudes">The sums of the terms' magnitudes, against which rounding is judged.</param>
    public unsafe void Multiply(float[] x, int begin, WeightFormat format, Span<double> sums, Span<double> magnitudes)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = BiasOf(begin + i);
            magnitudes[i] = Math.Abs(sums[i]);
        }

        var first = (float*)RowTensor.First(Weight);
        if (!InputRows)
        {
            new WeightColumns(first + ((long)begin * Inputs), Inputs, 1).Multiply(x, format, sums, magnitudes);
            return;
        }

        // Each input's neighbours lie in a page of their own, which are too many to go through more than once.
        fixed (float* columns = Columns(first + begin, sums.Length))
        {
            new WeightColumns(columns, 1, sums.Length).Multiply(x, format, sums, magnitudes);
        }
    }

    /// <summary>Some neighbouring columns of a weight stored as [in, out]: [in, count].</summary>
    private unsafe float[] Columns(float* first, int count)
    {
        var columns = new float[Inputs * count];
        for (var input = 0; input < Inputs; input++)
        {
            new ReadOnlySpan<float>(first + ((long)input * Outputs), count).CopyTo(columns.AsSpan(input * count));
        }

        return columns;
    }
}
