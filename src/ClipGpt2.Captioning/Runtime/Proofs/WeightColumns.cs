using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Some neighbouring outputs of a float32 weight in plain memory, multiplied by scalar loops in double precision.</summary>
/// <param name="first">The first input's weight of the first output.</param>
/// <param name="outputStride">From one output to the next.</param>
/// <param name="inputStride">From one input to the next.</param>
internal readonly unsafe struct WeightColumns(float* first, long outputStride, long inputStride)
{
    // As many sums as fit into registers.
    private const int Together = 4;

    private readonly float* _first = first;

    /// <summary>Adds the products of one row to sums, and their magnitudes to others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<float> x, WeightFormat format, Span<double> sums, Span<double> magnitudes)
    {
        switch (format)
        {
            case WeightFormat.Float32:
                Add<Exact>(x, sums, magnitudes);
                break;
            case WeightFormat.BFloat16:
                Add<ToBFloat16>(x, sums, magnitudes);
                break;
            case WeightFormat.Float16:
                Add<ToFloat16>(x, sums, magnitudes);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Levels depend on all of an output's weights, which are rounded before.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add<TRounding>(ReadOnlySpan<float> x, Span<double> sums, Span<double> magnitudes)
        where TRounding : struct, IRounding
    {
        var output = 0;
        for (; output <= sums.Length - Together; output += Together)
        {
            AddFour<TRounding>(_first + (output * outputStride), x, sums[output..], magnitudes[output..]);
        }

        for (; output < sums.Length; output++)
        {
            AddOne<TRounding>(_first + (output * outputStride), x, ref sums[output], ref magnitudes[output]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFour<TRounding>(float* column, ReadOnlySpan<float> x, Span<double> sums, Span<double> magnitudes)
        where TRounding : struct, IRounding
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, m0 = 0, m1 = 0, m2 = 0, m3 = 0;
        foreach (double factor in x)
        {
            var t0 = factor * TRounding.Round(column[0]);
            var t1 = factor * TRounding.Round(column[outputStride]);
            var t2 = factor * TRounding.Round(column[2 * outputStride]);
            var t3 = factor * TRounding.Round(column[3 * outputStride]);
            (s0, s1, s2, s3) = (s0 + t0, s1 + t1, s2 + t2, s3 + t3);
            (m0, m1, m2, m3) = (m0 + Math.Abs(t0), m1 + Math.Abs(t1), m2 + Math.Abs(t2), m3 + Math.Abs(t3));
            column += inputStride;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (sums[0] + s0, sums[1] + s1, sums[2] + s2, sums[3] + s3);
        (magnitudes[0], magnitudes[1], magnitudes[2], magnitudes[3]) = (magnitudes[0] + m0, magnitudes[1] + m1, magnitudes[2] + m2, magnitudes[3] + m3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddOne<TRounding>(float* column, ReadOnlySpan<float> x, ref double sum, ref double magnitude)
        where TRounding : struct, IRounding
    {
        foreach (double factor in x)
        {
            var term = factor * TRounding.Round(*column);
            sum += term;
            magnitude += Math.Abs(term);
            column += inputStride;
        }
    }

    private interface IRounding
    {
        static abstract float Round(float weight);
    }

    private readonly struct Exact : IRounding
    {
        public static float Round(float weight) => weight;
    }

    private readonly struct ToBFloat16 : IRounding
    {
        public static float Round(float weight) => BFloat16Conversion.Rounded(weight);
    }

    private readonly struct ToFloat16 : IRounding
    {
        public static float Round(float weight) => (float)(Half)weight;
    }
}
