using System.Globalization;
using System.Runtime.CompilerServices;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>What some outputs of a layer should be for one row of factors, by a scalar loop in double precision. It keeps nothing of the weight.</summary>
/// <remarks>
/// Where a packing goes wrong it does at an edge: the first and the last outputs are looked at, those behind the last whole block among them, and
/// some between. Every input counts. What isn't a number in the file is none in the product either, and no fault of it.
/// </remarks>
internal sealed class ProductSample
{
    // The blocks that outputs are packed in: 64 with AVX-512, 24 or 16 with AVX2, 8 and 4 before.
    private const int Block = 64;
    private const int NarrowBlock = 24;

    private const int First = 16;
    private const int Between = 32;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _row;
    private readonly OutputRun[] _runs;
    private readonly double[] _sums;
    private readonly double[] _magnitudes;
    private readonly float[] _biases;

    /// <param name="original">The layer's weight and bias.</param>
    /// <param name="format">What the product to be compared rounds the weight to.</param>
    /// <param name="row">The number of the factors' row.</param>
    public ProductSample(OriginalWeight original, WeightFormat format, int row)
    {
        (_inputs, _outputs, _row, _runs) = (original.Inputs, original.Outputs, row, Choose(original.Outputs));
        (_sums, _magnitudes) = original.Multiply(ProductProof.Inputs(_inputs, row), _runs, format);
        _biases = [.. _runs.SelectMany(run => Enumerable.Range(run.Begin, run.Count)).Select(original.BiasOf)];
    }

    /// <summary>Proves a way for this row alone.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(ProductWay way)
    {
        var x = ProductProof.Inputs(_inputs, _row);
        return Compare(way.Outputs, way.Sample?.Invoke(x, _runs) ?? way.Multiply(x, 1));
    }

    /// <summary>Compares outputs.</summary>
    /// <param name="format">What they were rounded to.</param>
    /// <param name="y">[out].</param>
    /// <returns>What is wrong, or null.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? Compare(WeightFormat format, ReadOnlySpan<float> y)
    {
        var at = 0;
        foreach (var (begin, count) in _runs)
        {
            for (var output = begin; output < begin + count; output++, at++)
            {
                if (!Overflows(_magnitudes[at]) && !IsClose(y[output], _sums[at], Tolerance(at, format)))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"output {output} of {_outputs} (from {_inputs} inputs) is {y[output]:G6}, and {_sums[at]:G6} is right");
                }
            }
        }

        return null;
    }

    /// <summary>The outputs that are looked at: some of the first block, all behind the last whole one, and some between.</summary>
    private static OutputRun[] Choose(int outputs)
    {
        if (outputs <= 2 * Block)
        {
            return [new(0, outputs)];
        }

        var tail = outputs % Block == 0 ? NarrowBlock : outputs % Block;
        var between = new Random(outputs).Next(First, outputs - tail - Between + 1);
        return [new(0, First), new(between, Between), new(outputs - tail, tail)];
    }

    /// <summary>Whether the sums may leave float32's range on the way, in an order that isn't ours to say.</summary>
    private static bool Overflows(double magnitude) => double.IsFinite(magnitude) && magnitude >= float.MaxValue;

    private static bool IsClose(float actual, double expected, double tolerance) =>
        double.IsFinite(expected) ? Math.Abs(actual - expected) <= tolerance : !float.IsFinite(actual);

    /// <summary>What rounding explains: of each partial sum; and, where outputs are narrow, of the sum, the bias and what both come to.</summary>
    private double Tolerance(int at, WeightFormat outputs) =>
        ((8 + Math.Sqrt(_inputs)) * Math.ScaleB(_magnitudes[at], -23)) + (OutputRounding(outputs) * (Math.Abs(_sums[at]) + Math.Abs(_biases[at])));

    private static double OutputRounding(WeightFormat outputs) => outputs switch
    {
        WeightFormat.Float32 => 0,
        WeightFormat.BFloat16 => 1.0 / 256,
        WeightFormat.Float16 => 1.0 / 2048,
        _ => throw new ArgumentOutOfRangeException(nameof(outputs), outputs, "Outputs are floating-point numbers."),
    };
}
