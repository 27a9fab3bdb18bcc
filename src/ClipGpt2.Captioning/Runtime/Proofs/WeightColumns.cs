using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Some neighbouring outputs of a float32 weight in plain memory, multiplied by scalar loops in double precision.</summary>
/// <param name="first">The first input's weight of the first output.</param>
/// <param name="outputStride">From one output to the next.</param>
/// <param name="inputStride">From one input to the next.</param>
internal readonly unsafe struct WeightColumns(float* first, long outputStride, long inputStride)
{
    // Neighbours share cache lines, and their sums fit into registers.
    private const int Together = 4;

    private readonly float* _first = first;

    /// <summary>Adds the products of one row to sums, and their magnitudes to others.</summary>
    public void Multiply(float[] x, WeightFormat format, Span<double> sums, Span<double> magnitudes)
    {
        var output = 0;
        for (; output <= sums.Length - Together && format is WeightFormat.Float32 or WeightFormat.BFloat16; output += Together)
        {
            var column = _first + (output * outputStride);
            if (format == WeightFormat.Float32)
            {
                AddFour<Exact>(column, x, sums.Slice(output, Together), magnitudes.Slice(output, Together));
            }
            else
            {
                AddFour<ToBFloat16>(column, x, sums.Slice(output, Together), magnitudes.Slice(output, Together));
            }
        }

        for (; output < sums.Length; output++)
        {
            AddOne(_first + (output * outputStride), x, format, ref sums[output], ref magnitudes[output]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFour<TRounding>(float* column, float[] x, Span<double> sums, Span<double> magnitudes)
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
    private void AddOne(float* column, float[] x, WeightFormat format, ref double sum, ref double magnitude)
    {
        var scale = format == WeightFormat.Int8 ? Scale(column, x.Length) : 1;
        foreach (double factor in x)
        {
            var term = factor * Rounded(*column, format, scale);
            sum += term;
            magnitude += Math.Abs(term);
            column += inputStride;
        }
    }

    private static float Rounded(float weight, WeightFormat format, float scale) => format switch
    {
        WeightFormat.Float32 => weight,
        WeightFormat.BFloat16 => BFloat16Conversion.Rounded(weight),
        WeightFormat.Float16 => (float)(Half)weight,
        WeightFormat.Int8 => MathF.Round(weight / scale) * scale,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>The distance between two of an output's levels.</summary>
    private float Scale(float* column, int inputs)
    {
        var largest = Int8Weight.LeastMagnitude;
        for (var input = 0; input < inputs; input++)
        {
            largest = MathF.Max(largest, MathF.Abs(column[input * inputStride]));
        }

        return largest / Int8Weight.Levels;
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
}
