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
    public void Multiply(float[] x, WeightFormat format, Span<double> sums, Span<double> magnitudes)
    {
        switch (format)
        {
            case WeightFormat.Float32:
                Add<Exact>(x, default, sums, magnitudes);
                break;
            case WeightFormat.BFloat16:
                Add<ToBFloat16>(x, default, sums, magnitudes);
                break;
            case WeightFormat.Float16:
                Add<ToFloat16>(x, default, sums, magnitudes);
                break;
            case WeightFormat.Int8:
                Add<ToLevels>(x, Scales(x.Length, sums.Length), sums, magnitudes);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    private void Add<TRounding>(float[] x, float[]? scales, Span<double> sums, Span<double> magnitudes)
        where TRounding : struct, IRounding
    {
        var output = 0;
        for (; scales is null && output <= sums.Length - Together; output += Together)
        {
            AddFour<TRounding>(_first + (output * outputStride), x, sums[output..], magnitudes[output..]);
        }

        for (; output < sums.Length; output++)
        {
            AddOne<TRounding>(_first + (output * outputStride), x, scales is null ? 1 : scales[output], ref sums[output], ref magnitudes[output]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFour<TRounding>(float* column, float[] x, Span<double> sums, Span<double> magnitudes)
        where TRounding : struct, IRounding
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, m0 = 0, m1 = 0, m2 = 0, m3 = 0;
        foreach (double factor in x)
        {
            var t0 = factor * TRounding.Round(column[0], 1);
            var t1 = factor * TRounding.Round(column[outputStride], 1);
            var t2 = factor * TRounding.Round(column[2 * outputStride], 1);
            var t3 = factor * TRounding.Round(column[3 * outputStride], 1);
            (s0, s1, s2, s3) = (s0 + t0, s1 + t1, s2 + t2, s3 + t3);
            (m0, m1, m2, m3) = (m0 + Math.Abs(t0), m1 + Math.Abs(t1), m2 + Math.Abs(t2), m3 + Math.Abs(t3));
            column += inputStride;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (sums[0] + s0, sums[1] + s1, sums[2] + s2, sums[3] + s3);
        (magnitudes[0], magnitudes[1], magnitudes[2], magnitudes[3]) = (magnitudes[0] + m0, magnitudes[1] + m1, magnitudes[2] + m2, magnitudes[3] + m3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddOne<TRounding>(float* column, float[] x, float scale, ref double sum, ref double magnitude)
        where TRounding : struct, IRounding
    {
        foreach (double factor in x)
        {
            var term = factor * TRounding.Round(*column, scale);
            sum += term;
            magnitude += Math.Abs(term);
            column += inputStride;
        }
    }

    /// <summary>The distance between two of each output's levels.</summary>
    private float[] Scales(int inputs, int outputs)
    {
        var scales = new float[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var largest = Int8Weight.LeastMagnitude;
            for (var input = 0; input < inputs; input++)
            {
                largest = MathF.Max(largest, MathF.Abs(_first[(output * outputStride) + (input * inputStride)]));
            }

            scales[output] = largest / Int8Weight.Levels;
        }

        return scales;
    }

    private interface IRounding
    {
        static abstract float Round(float weight, float scale);
    }

    private readonly struct Exact : IRounding
    {
        public static float Round(float weight, float scale) => weight;
    }

    private readonly struct ToBFloat16 : IRounding
    {
        public static float Round(float weight, float scale) => BFloat16Conversion.Rounded(weight);
    }

    private readonly struct ToFloat16 : IRounding
    {
        public static float Round(float weight, float scale) => (float)(Half)weight;
    }

    private readonly struct ToLevels : IRounding
    {
        public static float Round(float weight, float scale) => MathF.Round(weight / scale) * scale;
    }
}
